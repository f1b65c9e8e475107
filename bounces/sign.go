package bounces

import "strings"

// isBounce tells whether a mail's header is that of a report: who sends it, or
// what it calls itself.
func (m *message) isBounce() bool {
	h := m.header
	if h.get("x-failed-recipients") != "" {
		return true
	}
	if kind, params := mediaType(h.get("content-type")); kind == "multipart/report" && !strings.Contains(params["report-type"], "disposition") {
		return true
	}
	from := strings.TrimSpace(strings.ToLower(h.get("from")))
	for _, s := range daemons {
		if strings.Contains(from, s) {
			return !m.isVacation()
		}
	}
	subject := strings.ToLower(h.get("subject"))
	for _, s := range bounceSubjects {
		if strings.Contains(subject, s) {
			return true
		}
	}
	return from == "<>" || from == "" && h.get("return-path") == "<>"
}

// isVacation: a postmaster may be on holiday, too.
func (m *message) isVacation() bool {
	subject := strings.ToLower(m.header.get("subject"))
	for _, s := range replySubjects {
		if strings.HasPrefix(subject, s) {
			return true
		}
	}
	return false
}

// daemons are the names under which mail servers write.
var daemons = []string{
	"mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster", "post_master", "mail delivery", "mail.delivery", "maildelivery",
	"mailer daemon", "mail administrator", "mail system", "delivery subsystem", "returned mail", "bounce@", "microsoft outlook", "mmdf mail",
}

// bounceSubjects are what reports call themselves, in lower case.
var bounceSubjects = []string{
	"undeliver", "non delivery", "non-delivery", "nondeliver", "not delivered", "delivery failure", "delivery failed", "delivery has failed",
	"delivery status", "delivery notification", "delivery report", "delivery problem", "delivery error", "delivery unsuccessful",
	"delivery incomplete", "delivery delayed", "failed delivery", "failed to deliver", "failed mail", "failure notice", "failure delivery",
	"mail failure", "mail failed", "mail error", "mail system error", "mail delivery", "message delivery", "could not be delivered",
	"couldn't be delivered", "couldn’t be delivered", "cannot be delivered", "can't be delivered", "unable to deliver", "returned mail", "returned to sender",
	"returned e-mail", "returning message", "returning to sender", "message returned", "message you sent blocked", "bounced", "bounce:",
	"user unknown", "unknown user", "mailbox full", "mailbox unavailable", "are not member", "not a member", "postmaster notify", "undelivery",
	"unzustellbar", "nicht zugestellt", "zustellung", "non remis", "échec de la remise", "non distribuable", "no se pudo entregar", "no entregado",
	"devuelto", "mancato recapito", "non recapitabile", "mancata consegna", "não entregue", "onbestelbaar", "niet bezorgd", "недоставлен", "не доставлен",
	"доставка не", "не может быть доставлено", "nedoručiteln", "niedostarczon", "leverans misslyckades", "配信不能", "配信エラー", "送信エラー", "不達", "退信", "无法投递", "無法傳遞", "배달되지",
}
