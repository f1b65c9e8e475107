package inbox

import (
	"crypto/tls"
	"testing"
	"time"
)

func TestNoPipelining(t *testing.T) {
	for _, none := range []bool{false, true} {
		s := start(t, Options{NoPipelining: none})
		if offered, _ := dial(t, s).Extension("PIPELINING"); offered == none {
			t.Errorf("NoPipelining %v: offered %v", none, offered)
		}
	}
}

// A certificate that is replaced is shown to the next connection.
func TestSetCertificate(t *testing.T) {
	s := start(t, Options{TLS: Implicit})
	old := time.Now().AddDate(0, 0, -2)
	expired, err := s.CA().Issue(old, old.AddDate(0, 0, 1), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		c, err := tls.Dial("tcp", s.Addr(), s.clientTLS())
		if (err != nil) != (i == 1) {
			t.Errorf("connection %d: %v", i, err)
		}
		if err == nil {
			c.Close()
		}
		s.SetCertificate(expired)
	}
}
