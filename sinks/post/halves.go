package post

import (
	"errors"

	"spaniel/event"
	"spaniel/sinks"
)

// ErrTooLarge is what a send function returns where less at a time might be
// taken.
var ErrTooLarge = errors.New("the destination takes less at a time")

// InHalves sends items, first all at once, then in halves for as long as send
// returns ErrTooLarge. A record that is too large alone is *sinks.Rejected, as
// is one that send rejects; its Index counts in all items.
func InHalves(items []event.Item, send func([]event.Item) error) error {
	return inHalves(items, 0, send)
}

func inHalves(items []event.Item, before int, send func([]event.Item) error) error {
	err := send(items)
	var r *sinks.Rejected
	switch {
	case errors.Is(err, ErrTooLarge) && len(items) == 1:
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
