package editions

import (
	"context"
	"database/sql"
	"fmt"

	"dailytip/store"
)

// Pages returns what the pages of some tips are called in a newsletter's archive, by
// the tips: of those that readers were sent on a date before the one given, the last
// such date, or in a course the tip itself. A tip that nobody was sent has no page, nor
// has one that wasn't sent yet when the edition that links it opened; 0: none, it's now.
func (s *Editions) Pages(ctx context.Context, newsletter, before string, edition int64, tips []string) (map[string]string, error) {
	if len(tips) == 0 {
		return nil, nil
	}
	places, args := store.Listed(tips)
	n := len(args)
	rows, err := s.db.Read().QueryContext(ctx, fmt.Sprintf(`
		SELECT t.tip, c.choice, e.local_date FROM contents c
		JOIN editions e ON e.id = c.edition JOIN content_tips t ON t.content = c.id AND t.position = 0
		WHERE e.newsletter = $%[1]d AND e.local_date < $%[2]d AND `+public+` AND t.tip IN (`+places+`)
			AND NOT EXISTS (SELECT 1 FROM editions o WHERE o.id = $%[3]d AND o.opened_at < c.sent_at)
		ORDER BY e.local_date, c.sent_at`, n+1, n+2, n+3), append(args, newsletter, before, edition)...)
	pages, err := store.CollectMap(rows, err, func(rows *sql.Rows) (tip, page string, err error) {
		var choice string
		err = rows.Scan(&tip, &choice, &page)
		if (Content{Choice: choice}).inCourse() {
			page = tip
		}
		return tip, page, err
	})
	if err != nil {
		return nil, fmt.Errorf("find the pages of tips: %w", err)
	}
	return pages, nil
}
