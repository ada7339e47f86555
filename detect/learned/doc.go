// Package learned keeps what calls have taught about an API: its routes beyond
// a first template, what authenticates at each endpoint, and whose a session
// is. It belongs to the ordered stage: one goroutine, calls in the capture's
// one order, packet time only, so that the same calls teach the same.
//
// It judges nothing. Whoever asks is told how many calls and how much time an
// answer rests on, and gets none before there were enough of both.
package learned
