package editions

import (
	"context"
	"fmt"
	"strings"
)

// Pages returns what the pages of some tips are called in a newsletter's archive, by
// the tips: of those that readers were sent on a date before the one given, the last
// such date, or in a course the tip itself. A tip that nobody was sent has no page.
func (s *Editions) Pages(ctx context.Context, newsletter, before string, tips []string) (map[string]string, error) {
	if len(tips) == 0 {
		return nil, nil
	}
	places, args := listed(append([]string{newsletter, before}, tips...))
	_, places, _ = strings.Cut(places, "$2, ")
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT t.tip, c.choice, e.local_date FROM contents c
		JOIN editions e ON e.id = c.edition JOIN content_tips t ON t.content = c.id AND t.position = 0
		WHERE e.newsletter = $1 AND e.local_date < $2 AND `+public+` AND t.tip IN (`+places+`)
		ORDER BY e.local_date, c.sent_at`, args...)
	if err != nil {
		return nil, fmt.Errorf("find the pages of tips: %w", err)
	}
	defer func() { _ = rows.Close() }()
	pages := make(map[string]string)
	for rows.Next() {
		var tip, choice, date string
		if err := rows.Scan(&tip, &choice, &date); err != nil {
			return nil, fmt.Errorf("find the pages of tips: %w", err)
		}
		pages[tip] = date
		if (Content{Choice: choice}).inCourse() {
			pages[tip] = tip
		}
	}
	return pages, rows.Err()
}
