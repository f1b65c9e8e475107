package store_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"dailytip/store"
)

func TestExplainPostgres(t *testing.T) {
	for _, tt := range []struct {
		err  error
		says string // "": nothing is added
	}{
		{&pgconn.PgError{Code: "57P01"}, "see that it runs"},
		{&pgconn.PgError{Code: "08006"}, "see that it runs"},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, "see that it runs"},
		{&pgconn.PgError{Code: "53100"}, "disk"},
		{&pgconn.PgError{Code: "53300"}, "max_connections"},
		{&pgconn.PgError{Code: "28P01"}, "password"},
		{&pgconn.PgError{Code: "57014"}, ""}, // a query was cancelled
		{&pgconn.PgError{Code: "23505"}, ""},
		{context.DeadlineExceeded, ""},
		{errors.New("something else"), ""},
	} {
		got := store.Explain(tt.err)
		if !errors.Is(got, tt.err) {
			t.Errorf("%v: the error itself is lost", tt.err)
		}
		_, advice, _ := strings.Cut(got.Error(), tt.err.Error())
		if (advice == "") != (tt.says == "") || !strings.Contains(advice, tt.says) {
			t.Errorf("%v: the advice is %q, want %q", tt.err, advice, tt.says)
		}
	}
}
