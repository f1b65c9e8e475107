package webhook

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/bounces/intake"
	"dailytip/verp"
)

const (
	testDomain = "bounces.example.com"
	testTopic  = "arn:aws:sns:eu-west-1:123456789012:bounces"
	testHost   = "sns.eu-west-1.amazonaws.com"
	testPath   = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
)

// testNow is when the payloads in testdata come: their own times are just before.
var testNow = time.Unix(1795849260, 0)

// world has the providers, as they are known to the hooks: their keys, and a server
// by TLS that shows them.
type world struct {
	t      testing.TB
	hooks  *Hooks
	now    time.Time
	server *httptest.Server // of Amazon and Postal
	amazon *rsa.PrivateKey
	postal *rsa.PrivateKey
	grid   *ecdsa.PrivateKey
	log    bytes.Buffer

	mu      sync.Mutex
	fetched []string // what was asked of the server
	down    bool     // the server fails
	taken   []intake.Return
	broken  error // what Take fails with
	tags    *verp.Tags
}

// These take long to make.
var (
	amazonKey   = sync.OnceValue(newRSA)
	postalKey   = sync.OnceValue(newRSA)
	strangerKey = sync.OnceValue(newRSA)
)

func newRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

const (
	postmarkSecret = "a-long-password-for-postmark"
	mailgunKey     = "0123456789abcdef0123456789abcdef"
	genericSecret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, now: testNow, amazon: amazonKey(), postal: postalKey(), tags: verp.New(verp.Key{Secret: []byte("ours")})}
	var err error
	if w.grid, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&w.grid.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	w.server = w.serve()
	w.hooks, err = New(Options{
		Take: w.take, SESTopics: []string{testTopic}, PostmarkSecret: postmarkSecret, MailgunSigningKey: mailgunKey,
		SendGridPublicKey: base64.StdEncoding.EncodeToString(der), PostalKeysURL: "https://postal.example/.well-known/jwks.json", GenericSecret: genericSecret,
		Client: w.client(), Now: func() time.Time { return w.now }, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// take keeps what is taken, and knows the mails that have a tag of ours.
func (w *world) take(_ context.Context, _ time.Time, r intake.Return) (intake.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return intake.Outcome{}, w.broken
	}
	_, _, known := w.tags.CheckReturnPath(r.About, testDomain)
	if !known {
		_, _, known = w.tags.CheckMessageID(r.About)
	}
	if !known {
		return intake.Outcome{}, nil
	}
	again := false
	for _, before := range w.taken {
		again = again || bytes.Equal(before.Raw, r.Raw)
	}
	w.taken = append(w.taken, r)
	return intake.Outcome{Known: true, Again: again}, nil
}

// serve shows Amazon's certificate, takes its confirmations, and shows Postal's keys.
func (w *world) serve() *httptest.Server {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, DNSNames: []string{testHost, "postal.example"},
		NotBefore: testNow.Add(-time.Hour), NotAfter: testNow.Add(240 * time.Hour), BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &w.amazon.PublicKey, w.amazon)
	if err != nil {
		w.t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.fetched = append(w.fetched, r.Host+r.URL.Path)
		down := w.down
		w.mu.Unlock()
		switch {
		case down:
			http.Error(rw, "down", http.StatusServiceUnavailable)
		case r.Host == testHost && r.URL.Path == testPath:
			_ = pem.Encode(rw, &pem.Block{Type: "CERTIFICATE", Bytes: der})
		case r.Host == testHost && r.URL.Path == "/" && r.FormValue("Token") != "":
			_, _ = io.WriteString(rw, "<ConfirmSubscriptionResponse/>")
		case r.Host == "postal.example":
			_ = json.NewEncoder(rw).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &w.postal.PublicKey, KeyID: "postal-1", Algorithm: "RS256", Use: "sig"}}})
		default:
			http.NotFound(rw, r)
		}
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: w.amazon}}}
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	w.t.Cleanup(s.Close)
	return s
}

// client finds every host at the server, and trusts its certificate.
func (w *world) client() *http.Client {
	pool := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(w.server.TLS.Certificates[0].Certificate[0])
	if err != nil {
		w.t.Fatal(err)
	}
	pool.AddCert(leaf)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, Time: func() time.Time { return testNow }},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, w.server.Listener.Addr().String())
		},
	}}
}

// payload reads a file of testdata, with the tag of a mail of ours in it.
func (w *world) payload(file string) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		w.t.Fatal(err)
	}
	tag := w.tags.Append(nil, verp.Mail{Edition: 7, Subscriber: 9}, time.Time{})
	return bytes.ReplaceAll(bytes.TrimSpace(data), []byte("ABOUT"), tag)
}

// request is what a provider posts: a payload of testdata, signed at an instant.
func (w *world) request(provider string, payload []byte, at time.Time) *http.Request {
	switch provider {
	case "ses":
		return w.sns(&snsMessage{Type: "Notification", Message: string(payload), SignatureVersion: "2"}, at)
	case "postmark":
		r := post(payload)
		r.SetBasicAuth("dailytip", postmarkSecret)
		return r
	case "mailgun":
		return w.mailgun(payload, hex.EncodeToString(sha256.New().Sum([]byte(w.t.Name()))[:25])+fmt.Sprint(len(payload)), at)
	case "sendgrid":
		r, seconds := post(payload), fmt.Sprint(at.Unix())
		sum := sha256.Sum256([]byte(seconds + string(payload)))
		signature, err := ecdsa.SignASN1(rand.Reader, w.grid, sum[:])
		if err != nil {
			w.t.Fatal(err)
		}
		r.Header.Set("X-Twilio-Email-Event-Webhook-Timestamp", seconds)
		r.Header.Set("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(signature))
		return r
	case "postal":
		payload = bytes.Replace(payload, []byte(`"timestamp":1795849199.12994,"payload"`), fmt.Appendf(nil, `"timestamp":%d.12994,"payload"`, at.Unix()), 1)
		r := post(payload)
		r.Header.Set("X-Postal-Signature-KID", "postal-1")
		r.Header.Set("X-Postal-Signature-256", sign(w.t, w.postal, crypto.SHA256, payload))
		return r
	case "generic":
		hook, err := standardwebhooks.NewWebhook(genericSecret)
		if err != nil {
			w.t.Fatal(err)
		}
		signature, err := hook.Sign("msg_1", at, payload)
		if err != nil {
			w.t.Fatal(err)
		}
		r := post(payload)
		r.Header.Set("webhook-id", "msg_1")
		r.Header.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
		r.Header.Set("webhook-signature", "v1,bm90IHRoaXMgb25l "+signature)
		return r
	}
	w.t.Fatalf("no provider %s", provider)
	return nil
}

// sns signs a message as Amazon does, with what it leaves out filled in.
func (w *world) sns(m *snsMessage, at time.Time) *http.Request {
	m.MessageID = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"
	m.Timestamp = at.UTC().Format("2006-01-02T15:04:05.000Z")
	if m.TopicArn == "" {
		m.TopicArn = testTopic
	}
	if m.SigningCertURL == "" {
		m.SigningCertURL = "https://" + testHost + testPath
	}
	hash := crypto.SHA256
	if m.SignatureVersion == "1" {
		hash = crypto.SHA1
	}
	m.Signature = sign(w.t, w.amazon, hash, []byte(m.signed()))
	body, err := json.Marshal(m)
	if err != nil {
		w.t.Fatal(err)
	}
	r := post(body)
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	r.Header.Set("x-amz-sns-message-type", m.Type)
	return r
}

func (w *world) mailgun(payload []byte, token string, at time.Time) *http.Request {
	seconds := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(mailgunKey))
	mac.Write([]byte(seconds + token))
	return post(fmt.Appendf(nil, `{"signature":{"token":%q,"timestamp":%q,"signature":%q},"event-data":%s}`, token, seconds, hex.EncodeToString(mac.Sum(nil)), payload))
}

func sign(t testing.TB, key *rsa.PrivateKey, hash crypto.Hash, text []byte) string {
	h := hash.New()
	h.Write(text)
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, hash, h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func post(body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// do sends a request, and returns the status and what was taken because of it.
func (w *world) do(provider string, r *http.Request) (status int, taken []intake.Return) {
	before := len(w.taken)
	answer := httptest.NewRecorder()
	w.hooks.Handler(provider)(answer, r)
	return answer.Code, w.taken[before:]
}

// providers are all of them, each with a payload that says something.
var providers = map[string]string{
	"ses": "ses-bounce.json", "postmark": "postmark-hard.json", "mailgun": "mailgun-permanent.json",
	"sendgrid": "sendgrid-batch.json", "postal": "postal-failed.json", "generic": "generic-bounce.json",
}

var errBroken = errors.New("the database is away")

// providerOf is the provider that a file of testdata is by.
func providerOf(file string) string { name, _, _ := strings.Cut(file, "-"); return name }
