// Package api owns what programs may ask of the daemon, at /api/v1: it reads requests,
// checks who sends them, and calls what the commands call. The document that describes
// it (OpenAPI 3.1) is made from the handlers, at /api/v1/openapi.json and .yaml.
//
// It refuses to do what no command does, and to say more than a token may know: a token
// of one newsletter sees that newsletter's readers and nothing that is about a person
// as a whole, and everything else is for it as if it weren't there.
//
// A request passes, from the outside in:
//
//	admit      finds the token, its scope and its limit
//	once       answers a repeated Idempotency-Key as it was answered before
//	huma       reads path, query and body, and checks them against their schema
//	a handler  one function for each operation; its error becomes a problem (RFC 9457)
package api
