package post

import (
	"errors"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// ErrTooLarge is what a send function returns where less at a time might be
// taken.
var ErrTooLarge = errors.New("the destination takes less at a time")

// InHalves sends items, first all at once, then in halves for as long as send
// returns ErrTooLarge. An alert that is too large alone is cut to half its size,
// again and again, and stands so in items afterwards. A record for which that is
// not enough is *sinks.Rejected, as is one that send rejects; its Index counts in
// all items.
func InHalves(items []event.Item, send func([]event.Item) error) error {
	return inHalves(items, 0, send)
}

func inHalves(items []event.Item, before int, send func([]event.Item) error) error {
	err := send(items)
	var r *sinks.Rejected
	switch {
	case errors.Is(err, ErrTooLarge) && len(items) == 1:
		if shorten(&items[0]) {
			return inHalves(items, before, send)
		}
		return &sinks.Rejected{Index: before, Err: errors.New("larger than the destination takes")}
	case errors.Is(err, ErrTooLarge):
		n := len(items) / 2
		if err := inHalves(items[:n], before, send); err != nil {
			return err
		}
		return inHalves(items[n:], before+n, send)
	case errors.As(err, &r):
		return &sinks.Rejected{Index: before + r.Index, Err: r.Err}
	}
	return err
}

// shorten cuts an alert to half its size, as JSON measures it, with all that was
// cut before named in it.
func shorten(it *event.Item) bool {
	if it.Alert == nil {
		return false
	}
	var buf []byte
	size := func(a *event.Alert) int {
		buf = encode.AppendAlert(buf[:0], a)
		return len(buf)
	}
	limit := size(it.Alert) / 2
	short, ok := sinks.Shorten(it.Alert, func(a *event.Alert) bool { return size(a) <= limit })
	if ok {
		it.Alert = short
	}
	return ok
}
