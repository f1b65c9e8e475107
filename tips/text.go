package tips

// PlainText renders markdown as text that a person is glad to read, wrapped at
// width columns; 0 means no wrapping.
func PlainText(markdown string, width int) string { return markdown }
