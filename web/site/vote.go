package site

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"dailytip/editions"
	"dailytip/locale"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/web"
)

// What the buttons send: names and values.
const (
	usefulField = "useful"
	tipField    = "tip"
	usefulVote  = "yes"
	uselessVote = "no"
)

// ballot is what a reader votes on.
type ballot struct {
	reader
	from    string // the newsletter
	content editions.Content
	tips    []tips.Tip
	votes   map[string]bool // by tip: whether it was useful; no entry: no vote
}

// askToVote shows the tip and the two buttons. It counts nothing, because scanners
// follow the links of every mail. The answer in the link only tells which button is
// the filled one.
func (s *Site) askToVote(r *http.Request) (web.Page, error) {
	edition, id, bad := s.voter(r)
	if bad != nil {
		return *bad, nil
	}
	b, err := s.ballot(r.Context(), s.DB.Read(), edition, id)
	return s.voted(r, b, r.PathValue("answer"), "", err)
}

// vote counts an answer. Pressing twice is as good as once; another answer takes
// the place of the first.
func (s *Site) vote(r *http.Request) (web.Page, error) {
	answer, now := r.PostFormValue(usefulField), s.Now()
	if answer != usefulVote && answer != uselessVote {
		return s.askToVote(r)
	}
	edition, id, bad := s.voter(r)
	if bad != nil {
		return *bad, nil
	}
	var b ballot
	changed := ""
	err := s.DB.Write(r.Context(), func(tx *sql.Tx) (err error) {
		if b, err = s.ballot(r.Context(), tx, edition, id); err != nil {
			return err
		}
		i, err := strconv.Atoi(cmp.Or(r.PostFormValue(tipField), "0"))
		if err != nil || i < 0 || i >= len(b.content.Items) {
			return editions.ErrNotSent
		}
		changed = b.content.Items[i].Tip
		b.votes[changed] = answer == usefulVote
		_, err = s.Editions.Vote(r.Context(), tx, now, editions.Vote{
			Edition: b.content.Edition, Tip: changed, Subscriber: b.person.ID, Useful: answer == usefulVote,
		})
		return err
	})
	return s.voted(r, b, "", changed, err)
}

// voter returns the edition and the subscription that a link is for, or the page
// that says why there are none.
func (s *Site) voter(r *http.Request) (edition, id int64, bad *web.Page) {
	edition, err := strconv.ParseInt(r.PathValue("edition"), 36, 64)
	if err != nil || s.Ledger == nil || strconv.FormatInt(edition, 36) != r.PathValue("edition") {
		p := s.badLink(r, "page.error.not_found")
		return 0, 0, &p
	}
	id, bad = s.linked(r, subscribers.VoteLink(edition), "page.error.not_found")
	return edition, id, bad
}

// ballot reads what a subscription may vote on. It returns [subscribers.ErrUnknown]
// when the reader was erased, and [editions.ErrNotSent] when they weren't sent it.
func (s *Site) ballot(ctx context.Context, q store.Queryer, edition, subscription int64) (b ballot, err error) {
	if b.reader, err = s.reader(ctx, q, subscription); err != nil {
		return b, err
	}
	if b.from, b.content, err = s.Ledger.VotedOn(ctx, q, edition, b.person.ID); err != nil {
		return b, err
	}
	b.votes = map[string]bool{}
	for _, item := range b.content.Items {
		var t tips.Tip
		if err := json.Unmarshal(item.Body, &t); err != nil {
			return b, fmt.Errorf("read the copy of tip %s: %w", item.Tip, err)
		}
		b.tips = append(b.tips, t)
		useful, voted, err := s.Editions.VoteOf(ctx, q, edition, b.person.ID, item.Tip)
		if err != nil {
			return b, err
		}
		if voted {
			b.votes[item.Tip] = useful
		}
	}
	return b, nil
}

// voteView is the data of the template "vote".
type voteView struct {
	Mark    string
	Heading string
	Text    string // "": none
	Several bool
	Tips    []voteTip
}

// voteTip is a tip with its buttons.
type voteTip struct {
	articleView
	Action, Index string
	Anchor        string // where the tip stands on the page
	Question      string // for a reader who can't see which tip the buttons belong to
	Useful        voteButton
	Useless       voteButton
}

// voteButton is one answer.
type voteButton struct {
	Value, Text string
	Quiet       bool // another button is the filled one
	Chosen      bool // this is the answer that counts
}

// voted shows the tips of a ballot and the votes on them, or what is wrong with the
// link. near is the answer in the mail's link, just the tip that this request has
// voted on.
func (s *Site) voted(r *http.Request, b ballot, near, just string, err error) (web.Page, error) {
	switch {
	case errors.Is(err, editions.ErrNotSent):
		return s.badLink(r, "page.error.not_found"), nil
	case errors.Is(err, subscribers.ErrUnknown):
		return s.badLink(r, "vote.gone"), nil
	case err != nil:
		return web.Page{}, err
	}
	l := s.letter(r, b.reader)
	l.Wide = true
	v := voteView{Heading: locale.Text(l.Lang, "vote.question", nil), Several: len(b.tips) > 1}
	if v.Several {
		v.Heading = locale.Text(l.Lang, "vote.each", nil)
	}
	if just != "" {
		v.Mark, v.Heading, v.Text = "done", locale.Text(l.Lang, "vote.thanks", nil), locale.Text(l.Lang, "vote.change", nil)
	}
	action := s.Path("/vote/"+r.PathValue("edition")+"/"+r.PathValue("token"), values(web.LangField, web.AskedLanguage(r)))
	index, err := s.archive.open(r.Context(), s.Now())
	if err != nil {
		s.Log.Warn("the tips that a reader votes on have no links to others", "error", err)
		index = &archiveIndex{} // the vote counted all the same
	}
	lang := cmp.Or(web.AskedLanguage(r), b.person.Language, l.Lang)
	for i, t := range b.tips {
		a, err := s.article(b.from, t, lang, "", index.linked(b.from, t), lang)
		if err != nil {
			return web.Page{}, err
		}
		a.Foreign = a.Language != l.Lang
		a.Body = renumbered(a.Body, i)
		useful, voted := b.votes[b.content.Items[i].Tip]
		near := near
		if voted {
			near = "" // the vote that counts is marked instead
		}
		v.Tips = append(v.Tips, voteTip{
			articleView: a, Action: action, Index: strconv.Itoa(i), Anchor: "t" + strconv.Itoa(i),
			Question: a.Title + ": " + locale.Text(l.Lang, "vote.question", nil),
			Useful:   voteButton{usefulVote, locale.Text(l.Lang, "vote.useful", nil), near == uselessVote || voted && !useful, voted && useful},
			Useless:  voteButton{uselessVote, locale.Text(l.Lang, "vote.useless", nil), near != uselessVote && (!voted || useful), voted && !useful},
		})
	}
	l.Title = v.Heading + " · " + web.Untagged(l.Name)
	l.Heading, l.Text = "", nil
	l.Body, err = s.fill("vote", v)
	return l, err
}

// renumbered gives the ids in a tip's text a number of their own, so that several
// tips can stand on one page. Only attributes of ours are written like that: in a
// text a quotation mark is written as a character reference.
func renumbered(body template.HTML, i int) template.HTML {
	if i == 0 {
		return body
	}
	own := strconv.Itoa(i) + "-"
	return template.HTML(strings.NewReplacer(` id="`, ` id="t`+own, ` href="#`, ` href="#t`+own).Replace(string(body)))
}
