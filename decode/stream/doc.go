// Package stream rebuilds TCP byte streams from segments: it delivers each
// direction's bytes once and in order, announces what was never seen, and
// follows what the receiving host would have read. It knows nothing of what
// the bytes mean, starts no goroutine and reads no clock but the packets'.
//
// A Table and all it calls belong to one goroutine. Every payload byte that
// comes in gets exactly one event.ByteFate in the ledger.
package stream
