package webhook

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"dailytip/bounces"
)

// ses reads what Amazon SES publishes to topics of Amazon SNS.
type ses struct {
	topics       map[string]topic // by ARN
	certificates *certificates
	fetch        fetcher
	log          *slog.Logger
}

func newSES(arns []string, f fetcher, log *slog.Logger) (*ses, error) {
	s := &ses{topics: map[string]topic{}, certificates: newCertificates(f), fetch: f, log: log}
	for _, arn := range arns {
		t, err := parseTopic(arn)
		if err != nil {
			return nil, err
		}
		s.topics[arn] = t
	}
	return s, nil
}

func (s *ses) read(ctx context.Context, now time.Time, _ *http.Request, body []byte) ([]event, error) {
	var m snsMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, malformed("this isn't a message of Amazon SNS (raw message delivery must be off): %v", err)
	}
	t, ours := s.topics[m.TopicArn]
	if !ours {
		return nil, refuse(http.StatusForbidden, "the topic %.300q isn't among bounces.webhooks.ses_topics", m.TopicArn)
	}
	if err := s.verify(ctx, now, t, &m); err != nil {
		return nil, err
	}
	switch m.Type {
	case "SubscriptionConfirmation":
		return nil, s.confirm(ctx, t, &m)
	case "UnsubscribeConfirmation":
		s.log.Warn("the subscription to a topic of Amazon SNS has ended: what bounces at SES isn't told any more", "topic", t.arn)
		return nil, nil
	case "Notification":
		return sesEvents([]byte(m.Message)), nil
	}
	return nil, malformed("a message of the type %.50q isn't known", m.Type)
}

// sesMail is the mail that a notification is about.
type sesMail struct {
	Mail struct {
		Source        string                         // the envelope's sender
		Headers       []struct{ Name, Value string } // as we wrote them; only when that is switched on
		CommonHeaders struct{ MessageID string }
	}
}

// sesEvents reads what SES has published. What isn't JSON is a greeting.
func sesEvents(text []byte) []event {
	found, ok := bounces.ReadSES(text)
	var m sesMail
	if !ok || len(found) == 0 || json.Unmarshal(text, &m) != nil {
		return nil
	}
	about := []string{m.Mail.Source}
	for _, h := range m.Mail.Headers {
		if strings.EqualFold(h.Name, "Message-ID") {
			about = append(about, h.Value)
		}
	}
	return []event{{about: append(about, m.Mail.CommonHeaders.MessageID), findings: found, raw: text}}
}
