// Package apitest looks at the API as a program elsewhere does: at a running daemon, with
// what others have written. An npm package checks the document, oapi-codegen makes a
// client of it, and curl runs the examples of docs/api.md.
package apitest
