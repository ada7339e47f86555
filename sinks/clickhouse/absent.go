package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"spaniel/event"
	"spaniel/sinks"
)

// lookAgain is how long a table counts as missing before it is looked for
// again: somebody may make it.
const lookAgain = time.Minute

// absent knows the tables that a lenient Writer does without.
type absent struct {
	lenient bool
	// since says when a kind's table was last looked for in vain; had, that
	// there was one: if that goes away it is an accident, and time may mend it.
	since map[event.Kind]time.Time
	had   map[event.Kind]bool
}

func newAbsent(lenient bool) absent {
	return absent{lenient: lenient, since: map[event.Kind]time.Time{}, had: map[event.Kind]bool{}}
}

// known reports whether the kind's table need not be looked for yet.
func (a *absent) known(k event.Kind, now time.Time) bool {
	since, ok := a.since[k]
	return ok && now.Sub(since) < lookAgain
}

// found notes that the kind has its table.
func (a *absent) found(k event.Kind) {
	a.had[k] = true
	delete(a.since, k)
}

// doWithout decides what an insert's error means: that the kind's records are
// passed over, or the error itself. Without any table of ours the user has yet
// to make them, and everything waits.
func (w *Writer) doWithout(ctx context.Context, k event.Kind, err error, now time.Time) error {
	var missing *missingTable
	if !w.absent.lenient || w.absent.had[k] || !errors.As(err, &missing) {
		return err
	}
	var tables []string
	for _, other := range event.Kinds() {
		if name := w.cfg.table(other); name != "" {
			tables = append(tables, name)
		}
	}
	some, askErr := anyOf(ctx, w.conn, tables)
	switch {
	case askErr != nil:
		return askErr
	case !some:
		return err
	}
	w.absent.since[k] = now
	return nil
}

// unwanted is what Write returns when all but over records are delivered.
func (w *Writer) unwanted(over int) error {
	if len(w.absent.since) == 0 {
		return nil
	}
	var tables []string
	for _, k := range event.Kinds() {
		if _, ok := w.absent.since[k]; ok {
			tables = append(tables, w.cfg.table(k))
		}
	}
	return &sinks.Unwanted{Records: over, Note: fmt.Sprintf("the database has no table %s; `spaniel store ddl --engine clickhouse` prints what makes it, and kinds: of the sink says what is to be sent",
		strings.Join(tables, ", "))}
}
