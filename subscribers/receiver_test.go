package subscribers

import "testing"

func TestReceivers(t *testing.T) {
	for _, tt := range []struct{ domain, reply, want string }{
		{"gmail.com", "550 5.1.1 no", "google"},
		{"company.example", "550-5.1.1 The email account does not exist https://support.google.com/mail/?p=NoSuchUser x - gsmtp", "google"},
		{"hotmail.co.uk", "", "microsoft"},
		{"company.example", "550 5.1.10 RESOLVER.ADR.RecipientNotFound [AM6.eurprd05.prod.outlook.com]", "microsoft"},
		{"yahoo.co.jp", "", "yahoo"},
		{"web.de", "", "gmx"},
		{"gmail.com.example", "no", ""},
		{"live.example.org", "no", "microsoft"}, // a domain of that look is hardly anybody else's
		{"company.example", "550 5.1.1 User unknown in virtual mailbox table", ""},
	} {
		if got := receiverOf(tt.domain, tt.reply); got != tt.want {
			t.Errorf("%s, %q: %q, want %q", tt.domain, tt.reply, got, tt.want)
		}
	}
}
