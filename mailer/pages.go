package mailer

import (
	"context"
	"fmt"

	"dailytip/editions"
	"dailytip/mailer/letter"
)

// WithPages adds to a content the pages of the tips that its texts link: of those that
// were sent before its date and its opening, so that all its readers get the same mail.
func WithPages(ctx context.Context, e *editions.Editions, n letter.Newsletter, c letter.Content) (letter.Content, error) {
	if n.ArchiveURL == "" {
		return c, nil
	}
	var linked []string
	for _, t := range c.Tips {
		linked = append(linked, t.Linked()...)
	}
	var err error
	if c.Pages, err = e.Pages(ctx, n.ID, c.LocalDate, c.Edition, linked); err != nil {
		return c, fmt.Errorf("read archive: %w", err)
	}
	return c, nil
}
