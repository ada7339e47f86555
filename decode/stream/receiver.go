package stream

import "spaniel/event"

// A Receiver takes the bytes of one flow. It is called by the goroutine that
// owns the table, never concurrently, and must not call back into the table.
// A flow gets its receiver with its first byte; one without bytes has none.
type Receiver interface {
	// Data is the next bytes of a direction, in order; b is borrowed until
	// Data returns.
	Data(d event.Direction, b []byte, at event.Stamp)
	// Other says that the sender also sent b, borrowed until Other returns, for
	// the place that begins off bytes behind the start of the next Data: before
	// it where off is negative. Its peer may have read b instead.
	Other(d event.Direction, off int64, b []byte, at event.Stamp)
	// Unseen says that the peer acknowledged n bytes of a direction behind what
	// was given so far: they are lost, or captured late. It comes before Data of
	// the other direction, as long as it is so.
	Unseen(d event.Direction, n uint64, at event.Stamp)
	// Gap says that n bytes before the next Data were never seen; 0 is an
	// unknown number (the flow was picked up in its midst).
	Gap(d event.Direction, n uint64, at event.Stamp)
	// Useless returns how many of the next bytes of d the receiver does nothing with
	// but count them: Forever if that is so of all bytes that may follow in both
	// directions.
	Useless(d event.Direction) uint64
	// Passed says that n bytes before the next Data were left out, since Useless had
	// said so.
	Passed(d event.Direction, n uint64, at event.Stamp)
	// End says that the direction was ended by its sender; no bytes follow.
	End(d event.Direction, at event.Stamp)
	// Close says that the flow is over: both directions ended, reset, idle,
	// evicted, reused or the capture ended. Nothing follows.
	Close(at event.Stamp)
}
