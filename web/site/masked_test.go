package site_test

import "testing"

// Whatever a hand has written into the database, the page to leave shows it and
// works: an address without a name, or of one or two letters.
func TestAddressesThatAreMasked(t *testing.T) {
	both(t, nil, func(t *testing.T, s *fixture) {
		for address, want := range map[string]string{
			"@example.com": "…@example.com", "a@example.com": "a…@example.com", "ab@example.com": "a…@example.com",
			"ana@example.com": "a…a@example.com", "王小明@example.com": "王…明@example.com",
		} {
			reader := s.add(address, "en")
			s.get(s.leaveLink(reader)).must(t, 200, want)
			s.post(s.leaveLink(reader), "").must(t, 200, "You’re unsubscribed", want)
		}
	})
}
