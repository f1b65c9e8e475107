package bounces_test

import (
	"slices"
	"strings"
	"testing"

	"dailytip/bounces"
)

func TestDeliveredTo(t *testing.T) {
	const tag = "bounces+1.2.abcdefgh23456777@bounces.example.com"
	for name, c := range map[string]struct {
		raw  string
		want []string
	}{
		"Postfix":          {"Return-Path: <>\nX-Original-To: " + tag + "\nDelivered-To: tips@mail.example.com\nTo: " + tag + "\n\n", []string{"tips@mail.example.com", tag}},
		"Exim":             {"Envelope-to: " + tag + "\nDelivery-date: Sat\n\nX-Original-To: body@example.com\n", []string{tag}},
		"an mbox's line":   {"From MAILER-DAEMON Sat Nov 28 10:00:00 2026\nDelivered-To: " + tag + "\n\n", []string{tag}},
		"only To":          {"From: MAILER-DAEMON\r\nTo: Daily Tip <" + strings.ToUpper(tag) + ">,\r\n ana@example.com\r\n\r\n", []string{tag, "ana@example.com"}},
		"several":          {"Delivered-To: a@example.com\nDelivered-To: b@example.com\nDelivered-To: a@example.com\n\n", []string{"a@example.com", "b@example.com"}},
		"broken":           {"To: undisclosed <<" + tag + "\n\n", []string{tag}},
		"no header":        {"Hello there,\n\nTo: " + tag, nil},
		"nothing":          {"", nil},
		"far too many":     {strings.Repeat("Delivered-To: a"+tag+"\n", 3) + "To: " + manyAddresses(1000) + "\n\n", nil},
		"a line without e": {"Delivered-To: " + tag, []string{tag}},
	} {
		got := bounces.DeliveredTo([]byte(c.raw))
		if name == "far too many" {
			if len(got) == 0 || len(got) > 40 {
				t.Errorf("%s: %d addresses", name, len(got))
			}
			continue
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func manyAddresses(n int) string {
	var all []string
	for i := range n {
		all = append(all, strings.Repeat("x", i%50+1)+"@example.com")
	}
	return strings.Join(all, ", ")
}

func FuzzDeliveredTo(f *testing.F) {
	f.Add([]byte("Delivered-To: a@example.com\nTo: b@example.com, c@example.com\n\nbody"))
	f.Add([]byte("To: =?utf-8?q?a?= <a@b>\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, address := range bounces.DeliveredTo(raw) {
			if !strings.Contains(address, "@") || strings.ContainsAny(address, "\r\n") {
				t.Errorf("%q is no address", address)
			}
		}
	})
}
