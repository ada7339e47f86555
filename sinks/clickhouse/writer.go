package clickhouse

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
)

// Writer inserts batches into ClickHouse.
type Writer struct {
	cfg  Config
	dec  *sinks.Decoder
	conn driver.Conn
	// plans by table, made anew after every failure: the table may have
	// changed under us.
	plans  map[event.Kind]*plan
	tokens bool // the server knows insert_deduplication_token
	known  bool // tokens was asked
}

// New returns a Writer. It reads the files the configuration names and does
// not dial.
func New(cfg Config) (*Writer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.complete()
	opt, err := cfg.options()
	if err != nil {
		return nil, err
	}
	conn, err := clickhouse.Open(opt) // opens a pool, no connection
	if err != nil {
		return nil, fmt.Errorf("clickhouse: %w", err)
	}
	return &Writer{cfg: cfg, dec: sinks.NewDecoder(), conn: conn, plans: map[event.Kind]*plan{}}, nil
}

// Write inserts the batch, one block for each table it has rows for.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	if w.conn == nil {
		return errors.New("clickhouse: the writer is closed")
	}
	items, err := w.dec.DecodeBatch(b)
	if err != nil {
		return err
	}
	byKind := map[event.Kind][]int{}
	for i := range items {
		if w.cfg.table(items[i].Kind) == "" {
			return &sinks.Rejected{Index: i, Err: fmt.Errorf("there is no table for a %s", items[i].Kind)}
		}
		byKind[items[i].Kind] = append(byKind[items[i].Kind], i)
	}
	for _, k := range event.Kinds() {
		if len(byKind[k]) == 0 {
			continue
		}
		if err := w.insert(ctx, k, items, byKind[k], fmt.Sprintf("spaniel/%s/%d-%d", w.cfg.table(k), b.First, b.Last)); err != nil {
			clear(w.plans)
			return err
		}
	}
	return nil
}

// insert sends one block. When the server refuses it for what a row holds,
// halves of it find the row.
func (w *Writer) insert(ctx context.Context, k event.Kind, items []event.Item, index []int, token string) error {
	p, err := w.plan(ctx, k)
	if err != nil {
		return err
	}
	err = w.send(ctx, p, items, index, token)
	if !isRowError(err) {
		return err
	}
	bad, taken := w.bisect(ctx, p, items, index, token)
	if bad < 0 || taken == 0 && len(index) > 1 {
		return err // every row is refused: the table is wrong, not a row
	}
	return &sinks.Rejected{Index: bad, Err: err}
}

// bisect inserts the halves by themselves and returns the first row that is
// refused alone, and how many were taken.
func (w *Writer) bisect(ctx context.Context, p *plan, items []event.Item, index []int, token string) (bad, taken int) {
	if len(index) == 1 {
		return index[0], 0
	}
	bad = -1
	for _, half := range [][]int{index[:len(index)/2], index[len(index)/2:]} {
		err := w.send(ctx, p, items, half, fmt.Sprintf("%s/%d-%d", token, half[0], half[len(half)-1]))
		switch {
		case err == nil:
			taken += len(half)
		case isRowError(err) && bad < 0:
			b, n := w.bisect(ctx, p, items, half, token)
			bad, taken = b, taken+n
		}
	}
	return bad, taken
}

func (w *Writer) plan(ctx context.Context, k event.Kind) (*plan, error) {
	if p := w.plans[k]; p != nil {
		return p, nil
	}
	if !w.known {
		if err := w.askVersion(ctx); err != nil {
			return nil, err
		}
	}
	table := w.cfg.table(k)
	have, err := look(ctx, w.conn, table)
	if err != nil {
		return nil, err
	}
	p, err := makePlan(k, table, have)
	if err != nil {
		return nil, err
	}
	w.plans[k] = p
	return p, nil
}

// askVersion finds out whether the server knows deduplication tokens, which
// came with 22.2; an older one refuses the setting.
func (w *Writer) askVersion(ctx context.Context) error {
	var text string
	if err := w.conn.QueryRow(ctx, "SELECT version()").Scan(&text); err != nil {
		return fmt.Errorf("asking clickhouse for its version: %w", err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(text, "%d.%d", &major, &minor); err == nil {
		w.tokens = major > 22 || major == 22 && minor >= 2
	}
	w.known = true
	return nil
}

// send makes a batch anew, fills and sends it: the driver's own cannot be sent
// twice, and is closed whatever happens.
func (w *Writer) send(ctx context.Context, p *plan, items []event.Item, index []int, token string) error {
	if w.tokens {
		ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": token}))
	}
	batch, err := w.conn.PrepareBatch(ctx, p.insert)
	if err != nil {
		return fmt.Errorf("preparing insert: %w", err)
	}
	defer batch.Close() // after Send it does nothing; before, its error adds nothing to the one returned
	for _, i := range index {
		row, err := p.row(&items[i])
		if err == nil {
			err = batch.Append(row...)
		}
		if err != nil {
			return &sinks.Rejected{Index: i, Err: err}
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("inserting %d rows: %w", len(index), err)
	}
	return nil
}

// isRowError reports whether the server refuses a block for what a row in it
// holds: a value it cannot parse or convert, or a violated constraint.
func isRowError(err error) bool {
	var ex *clickhouse.Exception
	if !errors.As(err, &ex) {
		return false
	}
	switch ex.Code {
	case 6, 27, 38, 41, 53, 69, 70, 72, 117, 131, 321, 469:
		return true
	}
	return false
}

// Close closes the connections. A second Close does nothing.
func (w *Writer) Close() error {
	if w.conn == nil {
		return nil
	}
	conn := w.conn
	w.conn = nil
	return conn.Close()
}

func alertRow(it *event.Item) (*event.AlertRow, error) {
	row, err := encode.AlertRow(it.Alert)
	return &row, err
}
