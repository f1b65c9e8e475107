// Package webhook takes what mail providers tell of the mails that they were given:
// bounces, complaints and readers who want out, posted to an address of ours.
//
// Each provider has a reader of its own, in the file that is named after it. A reader
// checks that the provider has signed the request, or knows the secret, before it
// looks at anything else. Then it makes an event of each report that says something
// of a reader; what was delivered, opened or only delayed is left out. What an event
// means is judged as everything that comes back is (package bounces), and the
// provider's own opinion counts only where the remote server's words say nothing.
//
// An event counts only when it names a mail of ours by its return path or its
// Message-ID, which hold a tag that nobody else can make. So neither a forged request
// nor another customer of the provider does anything here.
//
// Requests that come again are harmless: an event has the same bytes each time that
// it's told, by which package intake knows it. When it can't be written down, the
// answer is 503, and the provider tells it again later.
package webhook
