package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/subscribers"
)

func (c *command) subscribersSuppress() *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "suppress EMAIL|FILE…",
		Short: "Never write to an address, whoever adds it",
		Long: `suppress keeps all mails from addresses, whether they're on the list or not: an import
doesn't revive them. Who signs up with one and confirms ends that, and so does
dailytip subscribers restore.

A FILE has an address on each line; of a line with several columns it's the first
with an @. - is standard input.`,
		Example: "  dailytip subscribers suppress bo@example.com --why 'asked by telephone'\n  dailytip subscribers suppress dead.txt",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := suppression{command: c, why: why}
			for _, arg := range args {
				if err := s.add(cmd.Context(), arg); err != nil {
					return err
				}
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			return s.run(cmd.Context(), a)
		},
	}
	cmd.Flags().StringVar(&why, "why", byOperator, "the reason, as `text` for their history")
	return cmd
}

// suppression is what one command suppresses.
type suppression struct {
	*command
	why       string
	addresses []subscribers.Address
	refused   int
}

// add takes an argument: an address, or a file of them.
func (s *suppression) add(ctx context.Context, arg string) error {
	if strings.Contains(arg, "@") && !strings.ContainsAny(arg, "/\\") {
		address, err := subscribers.ParseAddress(arg)
		if err != nil {
			return exit{codeUsage, err}
		}
		s.addresses = append(s.addresses, address)
		return nil
	}
	file, err := s.openInput(ctx, arg)
	if err != nil {
		return err
	}
	defer file.Close()
	return s.read(awaited{ctx, file}, arg)
}

// read takes the addresses of a file. A first line without one names the columns.
func (s *suppression) read(from io.Reader, name string) error {
	lines := bufio.NewScanner(from)
	for number := 1; lines.Scan(); number++ {
		text := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "\ufeff")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cell := ""
		for _, c := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;\t", r) }) {
			if c = strings.Trim(c, ` "`); strings.Contains(c, "@") {
				cell = c
				break
			}
		}
		if cell == "" && number == 1 {
			continue
		}
		address, err := subscribers.ParseAddress(cell)
		if err != nil {
			s.refused++
			s.say("%s:%d: %v", name, number, err)
			continue
		}
		s.addresses = append(s.addresses, address)
	}
	return lines.Err()
}

// suppressStep is how many addresses one transaction suppresses.
const suppressStep = 500

func (s *suppression) run(ctx context.Context, a *app) error {
	done, already := 0, 0
	for from := 0; from < len(s.addresses); from += suppressStep {
		var newly, before, refused int
		err := a.db.Write(ctx, func(tx *sql.Tx) error {
			newly, before, refused = 0, 0, 0
			for _, address := range s.addresses[from:min(from+suppressStep, len(s.addresses))] {
				did, err := a.list.SuppressAddress(ctx, tx, time.Now(), address, s.why)
				switch {
				case errors.Is(err, subscribers.ErrErased):
					refused++
					s.say("%s: %v", address, err)
				case err != nil:
					return err
				case did:
					newly++
				default:
					before++
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		done, already, s.refused = done+newly, already+before, s.refused+refused
	}
	if s.json {
		if err := s.printJSON(map[string]int{"suppressed": done, "already": already, "refused": s.refused}); err != nil {
			return err
		}
	} else {
		s.printf("%s suppressed, %d had been before\n", count(done, "address is", "addresses are"), already)
	}
	switch {
	case s.refused > 0:
		return exitf(codePart, "%s refused", count(s.refused, "line was", "lines were"))
	case done == 0:
		return exitf(codeNothing, "nothing to suppress: all of them are already")
	}
	return nil
}
