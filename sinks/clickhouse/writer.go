package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"spaniel/event"
	"spaniel/sinks"
)

// Writer inserts batches into ClickHouse.
type Writer struct {
	cfg  Config
	conn driver.Conn
	// plans by table, made anew after every failure: the table may have
	// changed under us.
	plans  map[event.Kind]*plan
	tokens bool // the server knows insert_deduplication_token
	known  bool // tokens was asked

	settled map[event.Kind]*settled
	absent  absent
}

// New returns a Writer. It reads the files the configuration names and does
// not dial. Every kind of record waits until it has its table.
func New(cfg Config) (*Writer, error) { return open(cfg, false) }

// NewLenient is like New, and its Writer passes over records of a kind whose
// table was never there, as long as there is one for another kind: a user who
// made only the table of calls wants calls.
func NewLenient(cfg Config) (*Writer, error) { return open(cfg, true) }

func open(cfg Config, lenient bool) (*Writer, error) {
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
	return &Writer{cfg: cfg, conn: conn, plans: map[event.Kind]*plan{}, settled: map[event.Kind]*settled{}, absent: newAbsent(lenient)}, nil
}

// Write inserts the batch, one block for each table it has rows for. Of a
// batch that comes again it sends what was not taken before.
func (w *Writer) Write(ctx context.Context, b *sinks.Batch) error {
	byKind := map[event.Kind][]uint64{}
	for i := range b.Records {
		k, seq := b.Records[i].Kind, b.Records[i].Seq
		if w.cfg.table(k) == "" {
			return &sinks.Rejected{Index: i, Err: fmt.Errorf("there is no table for a %s", k)}
		}
		done := w.settledIn(k, b)
		if err := done.refused[seq]; err != nil {
			return &sinks.Rejected{Index: i, Err: err}
		}
		if !done.has(seq) {
			byKind[k] = append(byKind[k], seq)
		}
	}
	over, err := w.insertAll(ctx, b, byKind)
	var undecodable *sinks.Rejected
	switch {
	case errors.As(err, &undecodable):
		return undecodable
	case err != nil:
		clear(w.plans)
		return errors.Join(brief(err), w.reopen())
	}
	for i := range b.Records {
		if err := w.settled[b.Records[i].Kind].refused[b.Records[i].Seq]; err != nil {
			return &sinks.Rejected{Index: i, Err: err}
		}
	}
	return w.unwanted(over)
}

// brief is a request's failure with the server alone: the driver's HTTP has the
// whole statement in the address, thousands of bytes.
func brief(err error) error {
	var failed *url.Error
	if !errors.As(err, &failed) {
		return err
	}
	to, bad := url.Parse(failed.URL)
	if bad != nil {
		return failed.Err
	}
	return fmt.Errorf("asking clickhouse at %s://%s: %w", to.Scheme, to.Host, failed.Err)
}

// reopen begins anew with the password that its file holds now: the old one may
// be why an insert failed.
func (w *Writer) reopen() error {
	if w.cfg.PasswordFile == "" {
		return nil
	}
	opt, err := w.cfg.options()
	if err != nil {
		return err
	}
	conn, err := clickhouse.Open(opt)
	if err != nil {
		return fmt.Errorf("clickhouse: %w", err)
	}
	old := w.conn
	w.conn = conn
	return old.Close()
}

// insertAll sends the rows of each table; over counts those that it does
// without.
func (w *Writer) insertAll(ctx context.Context, b *sinks.Batch, byKind map[event.Kind][]uint64) (over int, err error) {
	now := time.Now()
	for _, k := range event.Kinds() {
		rows := byKind[k]
		if len(rows) == 0 {
			continue
		}
		if w.absent.known(k, now) {
			over += len(rows)
			continue
		}
		err := w.insert(ctx, k, b, rows)
		if err == nil {
			continue
		}
		if err := w.doWithout(ctx, k, err, now); err != nil {
			return 0, err
		}
		over += len(rows)
	}
	return over, nil
}

// settledIn returns what is known of the batch's rows of one kind.
func (w *Writer) settledIn(k event.Kind, b *sinks.Batch) *settled {
	s := w.settled[k]
	if s == nil {
		s = new(settled)
		w.settled[k] = s
	}
	s.begin(b.First)
	return s
}

// insert sends the rows of one table.
func (w *Writer) insert(ctx context.Context, k event.Kind, b *sinks.Batch, rows []uint64) error {
	p, err := w.plan(ctx, k)
	if err != nil {
		return err
	}
	token := fmt.Sprintf("spaniel/%s/%d-%d", w.cfg.table(k), b.First, b.Last)
	return w.settledIn(k, b).settle(rows, func(part []uint64) error {
		if len(part) == len(rows) {
			return w.send(ctx, p, b, part, token)
		}
		return w.send(ctx, p, b, part, fmt.Sprintf("%s/%d-%d", token, part[0], part[len(part)-1]))
	})
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
	w.absent.found(k)
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
func (w *Writer) send(ctx context.Context, p *plan, b *sinks.Batch, rows []uint64, token string) error {
	// A table over a cluster must have the rows where they belong before it says
	// that it has them; to any other table the setting means nothing.
	settings := clickhouse.Settings{"insert_distributed_sync": 1}
	if w.tokens {
		settings["insert_deduplication_token"] = token
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(settings))
	batch, err := w.conn.PrepareBatch(ctx, p.insert)
	if err != nil {
		return fmt.Errorf("preparing insert: %w", err)
	}
	defer batch.Close() // after Send it does nothing; before, its error adds nothing to the one returned
	if err := p.fill(batch, b, rows); err != nil {
		return err
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("inserting %d rows: %w", len(rows), err)
	}
	return nil
}

// A rowError is a row that the driver cannot make into what the table has.
type rowError struct{ error }

func (e *rowError) Unwrap() error { return e.error }

// isRowError reports whether a block is refused for what a row in it holds: a
// value that the driver or the server cannot convert, or a violated constraint.
func isRowError(err error) bool {
	var row *rowError
	if errors.As(err, &row) {
		return true
	}
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
