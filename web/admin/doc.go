// Package admin owns the pages of those who plan and run, below /admin: how they sign
// in, what stands around each page, and that nobody sees or does what their role doesn't
// allow. The words are in locale/admin.
//
// A page is declared with the permission that it needs (page.go), and so is each button
// (action.go): who hasn't it gets 403, and isn't shown the way there. A button reads its
// form into a change, and the change is carried out in one place, which writes it into
// the log first. So there is no change without who and when.
//
// A request of a browser goes from the session (session.go) by the permission to the
// page; without a session it goes to the form to sign in (signin.go), which leads on to
// the page that was asked for.
//
// How often somebody may try is in tries.go. By single sign-on people go from oidc.go to
// the provider and back; oidc_client.go asks it, and claims.go reads what it says of them.
//
// It refuses to change anything on GET, to show an address to who may not see the
// readers, and to take a password that somebody on the way could read.
package admin
