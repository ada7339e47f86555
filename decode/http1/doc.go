// Package http1 rebuilds HTTP/0.9, 1.0 and 1.1 calls from the ordered bytes of
// both directions of one connection. It is a push parser: bytes, holes and
// ends go in, calls come out, and any cut of the same bytes gives the same
// calls. It does not read packets, undo content codings or judge anything, it
// starts no goroutine and has no clock of its own. What no honest peer sends
// becomes an anomaly on the call, never an error.
package http1
