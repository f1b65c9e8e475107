// Package admintest sits before the pages of those who plan and run, in Chromium on the
// built daemon: it signs in as somebody in each role, by keyboard, and looks at each page
// in several widths, light and dark, also with axe-core.
//
// People also come by a provider of OpenID Connect, which isn't ours: node-oidc-provider,
// started by provider.mjs.
//
// It holds tests only. For pictures of each page, and for the three of the documentation:
//
//	go test -count=1 -tags long ./test/admintest -args -shots /tmp/shots
//	go run ./test/admintest/screenshots -out docs/images
package admintest
