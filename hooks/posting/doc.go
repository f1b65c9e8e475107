// Package posting gives endpoints their events: it signs each as Standard Webhooks
// says (standardwebhooks.com) and posts it, one after the other for each endpoint. While
// one event isn't taken those behind it wait, for three days at most: then the
// endpoint is disabled, and the operator is told.
//
// An event that may have arrived is posted again, with the same number: each arrives at
// least once. Of several daemons on one database, one at a time posts to an endpoint.
//
// It refuses to connect to this machine and to private networks, unless an endpoint
// allows it: what decides is the address that is dialled, whatever name it has.
package posting
