// Package decode turns packets into API calls: it owns, a partition at a
// time, the flow table, the protocol parsers on its streams and the order of
// all that comes out. It judges nothing, stores nothing, starts no goroutine
// and knows no time but the packets'.
package decode
