// Package web owns the server that all our pages share: it reads requests, guards
// them, and gives every page its frame and its look. It owns what a machine asks
// for, too (/healthz, /readyz, /sendz). The pages themselves are in the rooms below, which
// add their routes with [Server.Handle]: site has those for readers, admin those of who
// plans and runs.
//
// It refuses to log tokens, mail addresses and network addresses: a request is
// logged by the pattern of its route.
//
// A request passes, from the outside in:
//
//	mount    takes the path of BaseURL off, when a proxy hasn't
//	record   logs the route, turns a panic into a page
//	secure   sets the headers that every answer carries
//	limit    reads the body, at most 64 KB, unless its route reads it itself
//	guard    refuses forms that another site sends, unless their route takes them
//	mux      finds the handler
package web
