package webhook

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Both versions of SNS's signature count, and the certificate is fetched once.
func TestSNSSignaturesOfBothVersions(t *testing.T) {
	w := newWorld(t)
	subject := "Amazon SES Email Event Notification"
	for _, version := range []string{"1", "2"} {
		for _, subject := range []*string{nil, &subject} {
			status, taken := w.do("ses", w.sns(&snsMessage{Type: "Notification", Message: string(w.payload("ses-bounce.json")), Subject: subject, SignatureVersion: version}, testNow))
			if status != http.StatusOK || len(taken) != 1 {
				t.Errorf("version %s, subject %v: %d, taken %d\n%s", version, subject, status, len(taken), w.log.String())
			}
		}
	}
	if len(w.fetched) != 1 {
		t.Errorf("fetched %v", w.fetched)
	}
}

// A message that isn't from the SNS of a configured topic fetches nothing.
func TestSNSFetchesNothingForStrangers(t *testing.T) {
	for name, m := range map[string]snsMessage{
		"another topic":        {TopicArn: "arn:aws:sns:eu-west-1:123456789012:others"},
		"another account":      {TopicArn: "arn:aws:sns:eu-west-1:210987654321:bounces"},
		"no version":           {SignatureVersion: "3"},
		"plain HTTP":           {SigningCertURL: "http://" + testHost + testPath},
		"another host":         {SigningCertURL: "https://sns.example.com" + testPath},
		"another region":       {SigningCertURL: "https://sns.us-east-1.amazonaws.com" + testPath},
		"a host in front":      {SigningCertURL: "https://" + testHost + "@evil.example" + testPath},
		"a host behind":        {SigningCertURL: "https://" + testHost + ".evil.example" + testPath},
		"a port":               {SigningCertURL: "https://" + testHost + ":8443" + testPath},
		"somebody's bucket":    {SigningCertURL: "https://s3.eu-west-1.amazonaws.com/evil" + testPath},
		"another path":         {SigningCertURL: "https://" + testHost + "/evil.pem"},
		"a path that climbs":   {SigningCertURL: "https://" + testHost + "/SimpleNotificationService-../evil.pem"},
		"a query":              {SigningCertURL: "https://" + testHost + testPath + "?x"},
		"no address":           {SigningCertURL: "\x7f"},
		"no certificate there": {SigningCertURL: "https://" + testHost + "/SimpleNotificationService-0.pem"},
	} {
		w := newWorld(t)
		m.Type, m.Message = "Notification", string(w.payload("ses-bounce.json"))
		if m.SignatureVersion == "" {
			m.SignatureVersion = "2"
		}
		status, taken := w.do("ses", w.sns(&m, testNow))
		switch absent := name == "no certificate there"; {
		case len(taken) > 0:
			t.Errorf("%s: taken", name)
		case absent && status != http.StatusServiceUnavailable, !absent && (status < 400 || status >= 500):
			t.Errorf("%s: %d", name, status)
		case !absent && len(w.fetched) > 0:
			t.Errorf("%s: fetched %v", name, w.fetched)
		}
	}
}

// Certificates that aren't there are asked for a few times only; one that is known
// goes on working.
func TestSNSCertificatesAreFetchedInMeasure(t *testing.T) {
	w := newWorld(t)
	good := func() int {
		status, _ := w.do("ses", w.request("ses", w.payload("ses-bounce.json"), testNow))
		return status
	}
	if status := good(); status != http.StatusOK {
		t.Fatal(status)
	}
	for i := range 30 {
		m := &snsMessage{Type: "Notification", Message: "x", SignatureVersion: "2", SigningCertURL: fmt.Sprintf("https://%s/SimpleNotificationService-%d.pem", testHost, i)}
		if status, _ := w.do("ses", w.sns(m, testNow)); status != http.StatusServiceUnavailable {
			t.Fatal(status)
		}
	}
	if len(w.fetched) > certificateBurst+1 || good() != http.StatusOK {
		t.Errorf("fetched %d times, then %d", len(w.fetched), good())
	}
}

// A certificate that has expired is none.
func TestSNSCertificatesExpire(t *testing.T) {
	w := newWorld(t)
	w.now = testNow.Add(300 * time.Hour)
	if status, taken := w.do("ses", w.request("ses", w.payload("ses-bounce.json"), w.now)); status != http.StatusUnauthorized || len(taken) > 0 {
		t.Errorf("%d, taken %d", status, len(taken))
	}
}

// A subscription is confirmed for a configured topic, at its own SNS.
func TestSNSSubscriptionsAreConfirmed(t *testing.T) {
	good := "https://" + testHost + "/?Action=ConfirmSubscription&TopicArn=" + testTopic + "&Token=2336412f37"
	for address, want := range map[string]int{
		good: http.StatusOK,
		strings.Replace(good, "https", "http", 1):                                        http.StatusUnauthorized,
		strings.Replace(good, testHost, "169.254.169.254", 1):                            http.StatusUnauthorized,
		strings.Replace(good, testHost, "sns.us-east-1.amazonaws.com", 1):                http.StatusUnauthorized,
		strings.Replace(good, "ConfirmSubscription", "Publish", 1):                       http.StatusUnauthorized,
		strings.Replace(good, testTopic, "arn:aws:sns:eu-west-1:123456789012:others", 1): http.StatusUnauthorized,
		good + "&TopicArn=arn:aws:sns:eu-west-1:123456789012:others":                     http.StatusUnauthorized,
		strings.Replace(good, "Token=2336412f37", "Token=", 1):                           http.StatusServiceUnavailable, // SNS says no
		"https://" + testHost + "/evil?Action=ConfirmSubscription&TopicArn=" + testTopic: http.StatusUnauthorized,
	} {
		w := newWorld(t)
		m := &snsMessage{Type: "SubscriptionConfirmation", Message: "You have chosen to subscribe to the topic", SubscribeURL: address, Token: "2336412f37", SignatureVersion: "1"}
		status, _ := w.do("ses", w.sns(m, testNow))
		confirmed := slices.Contains(w.fetched, testHost+"/")
		if status != want || confirmed != (want != http.StatusUnauthorized) {
			t.Errorf("%s: %d, fetched %v", address, status, w.fetched)
		}
	}
	w := newWorld(t)
	r := w.sns(&snsMessage{Type: "SubscriptionConfirmation", Message: "x", SubscribeURL: good, Token: "2336412f37", SignatureVersion: "2"}, testNow)
	if status, _ := w.do("ses", edited(r, "2336412f37", "2336412f38")); status != http.StatusUnauthorized || slices.Contains(w.fetched, testHost+"/") {
		t.Errorf("forged: %d, fetched %v", status, w.fetched)
	}
	w = newWorld(t)
	m := &snsMessage{Type: "UnsubscribeConfirmation", Message: "You have chosen to deactivate", SubscribeURL: good, Token: "2336412f37", SignatureVersion: "2"}
	if status, _ := w.do("ses", w.sns(m, testNow)); status != http.StatusOK || !strings.Contains(w.log.String(), "has ended") || slices.Contains(w.fetched, testHost+"/") {
		t.Errorf("unsubscribed: %d, %s", status, w.log.String())
	}
}
