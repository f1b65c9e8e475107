// Package api owns what programs may ask of the daemon, at /api/v1: it reads requests,
// checks who sends them, and calls what the commands call. The document that describes
// it (OpenAPI 3.1) is made from the handlers, at /api/v1/openapi.json and .yaml.
//
// It refuses to do what no command does, and to say more than a token may know. For a
// token of one newsletter, other newsletters and their readers aren't there. Of its own
// readers it sees address, name, language and zone, and since when they are suppressed
// but not why; it can't change what is about a person as a whole.
//
// A request passes, from the outside in:
//
//	admit      finds the token, its scope and its limit
//	once       answers a repeated Idempotency-Key as it was answered before
//	huma       reads path, query and body, and checks them against their schema
//	a handler  one function for each operation; its error becomes a problem (RFC 9457)
package api
