package spool

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/sinks"
)

// A model is what the spool must do, as plain lists: the payload of every
// number that was synced, and what each sink has been sent and acknowledged.
type model struct {
	t    *rapid.T
	dir  string
	cfg  Config
	s    *Spool
	r    *Reader // of the other process, nil where one process does both
	two  bool
	cur  []*Cursor
	lim  Limits
	mess bool // bytes were corrupted: records may be lost, but counted

	flips    int
	gone     map[uint64]bool   // numbers found missing: one for each flip at most
	synced   map[uint64]string // durable records by number
	pending  []string          // appended since
	next     uint64
	acked    []uint64 // per sink, as far as it knows
	inflight []*sinks.Batch
}

const sinksN = 2

func (m *model) open() {
	how := Open
	if m.two {
		how = OpenWriter
	}
	s, err := how(m.dir, m.cfg)
	if err != nil {
		m.t.Fatalf("opening: %v", err)
	}
	m.s, m.pending = s, nil
	m.attach()
	if got := s.Stats(Calls).Next; got < m.next && !m.mess {
		m.t.Fatalf("next is %d, but %d was durable", got, m.next-1)
	}
	m.next = s.Stats(Calls).Next
}

// attach makes the cursors.
func (m *model) attach() {
	cursors := m.s.NewCursor
	if m.two {
		r, err := OpenReader(m.dir)
		if err != nil {
			m.t.Fatalf("opening to read: %v", err)
		}
		m.r, cursors = r, r.NewCursor
	}
	m.cur = nil
	for i := range sinksN {
		c, err := cursors(fmt.Sprintf("sink%d", i), Calls, m.lim)
		if err != nil {
			m.t.Fatal(err)
		}
		m.cur = append(m.cur, c)
	}
}

// readerGoes: the process that reads stops, or is killed, and starts again.
func (m *model) readerGoes(t *rapid.T) {
	if !m.two {
		return
	}
	if rapid.Bool().Draw(t, "killed") {
		abandonReader(t, m.r)
	} else if err := m.r.Close(); err != nil {
		t.Fatal(err)
	}
	m.attach()
	m.backAsKept(t)
}

// writerGoes: the process that writes stops, and starts again; the other reads on.
func (m *model) writerGoes(t *rapid.T) {
	if !m.two {
		return
	}
	if err := m.s.Close(); err != nil {
		t.Fatal(err)
	}
	m.takeSynced(len(m.pending))
	s, err := OpenWriter(m.dir, m.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Stats(Calls).Next; got != m.next && !m.mess {
		t.Fatalf("next is %d, want %d", got, m.next)
	}
	m.s, m.next = s, s.Stats(Calls).Next
}

// backAsKept: a cursor that starts again stands where it was, or one batch before.
func (m *model) backAsKept(t *rapid.T) {
	for i, c := range m.cur {
		got := c.Stats().Acked
		if got > m.acked[i] {
			t.Fatalf("sink %d: acked %d before, %d after a crash", i, m.acked[i], got)
		}
		if m.acked[i] != got {
			m.inflight[i] = nil // the batch before comes again, and only that
		}
		m.acked[i] = got
	}
}

func (m *model) append(t *rapid.T) {
	p := rapid.StringN(0, 60, 80).Draw(t, "payload")
	seq, err := m.s.Append(event.KindCall, []byte(p))
	if err != nil || seq != m.next+uint64(len(m.pending)) {
		t.Fatalf("append gave %d, %v, want %d", seq, err, m.next+uint64(len(m.pending)))
	}
	m.pending = append(m.pending, p)
}

func (m *model) sync(t *rapid.T) {
	if err := m.s.Sync(); err != nil {
		t.Fatal(err)
	}
	m.takeSynced(len(m.pending))
}

func (m *model) takeSynced(n int) {
	for _, p := range m.pending[:n] {
		m.synced[m.next] = p
		m.next++
	}
	m.pending = nil
}

// syncFails: the disk refuses once; the next sync must put the same records.
func (m *model) syncFails(t *rapid.T) {
	l := m.s.logs[Calls]
	l.flush = func(*os.File) error { return errors.New("input/output error") }
	if err := m.s.Sync(); err == nil && len(m.pending) > 0 {
		t.Fatal("a failed sync was not reported")
	}
	l.flush = (*os.File).Sync
}

func (m *model) read(t *rapid.T) {
	i := rapid.IntRange(0, sinksN-1).Draw(t, "sink")
	c := m.cur[i]
	if m.two {
		if err := m.r.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := c.Next(done())
	if errors.Is(err, context.Canceled) {
		if m.acked[i] < m.next-1 {
			t.Fatalf("sink %d: nothing to read behind %d, but %d is durable", i, m.acked[i], m.next-1)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.check(t, i, b)
	m.inflight[i] = b
}

// check: a batch begins behind what was acknowledged, holds each durable
// record of its range in order, and what is missing is counted.
func (m *model) check(t *rapid.T, i int, b *sinks.Batch) {
	if b.First != m.acked[i]+1 || b.Last < b.First || b.Last >= m.next {
		t.Fatalf("sink %d: batch %d to %d behind %d, next %d", i, b.First, b.Last, m.acked[i], m.next)
	}
	if old := m.inflight[i]; old != nil && (old.First != b.First || old.Last != b.Last) {
		t.Fatalf("sink %d: batch %d to %d became %d to %d", i, old.First, old.Last, b.First, b.Last)
	}
	last := b.First - 1
	for _, r := range append(slices.Clone(b.Records), sinks.Record{Seq: b.Last + 1, Kind: event.KindCall, Payload: []byte(m.synced[b.Last+1])}) {
		for n := last + 1; n < r.Seq; n++ {
			m.gone[n] = true
		}
		if r.Seq == b.Last+1 {
			break
		}
		if r.Seq <= last || r.Seq > b.Last || string(r.Payload) != m.synced[r.Seq] || r.Kind != event.KindCall {
			t.Fatalf("sink %d: record %d is %q, want %q", i, r.Seq, r.Payload, m.synced[r.Seq])
		}
		last = r.Seq
	}
	if len(m.gone) > m.flips {
		t.Fatalf("%d flipped bits, but these records are gone: %v", m.flips, m.gone)
	}
	if missing := b.Last - b.First + 1 - uint64(len(b.Records)); missing != m.cur[i].lost {
		t.Fatalf("sink %d: %d records are missing, %d are counted", i, missing, m.cur[i].lost)
	} else if missing > 0 && !m.mess && m.s.Stats(Calls).Dropped == 0 {
		t.Fatalf("sink %d: %d records are missing from a sound spool", i, missing)
	}
}

func (m *model) ack(t *rapid.T) {
	i := rapid.IntRange(0, sinksN-1).Draw(t, "sink")
	b := m.cur[i].batch
	if b == nil {
		return
	}
	if err := m.cur[i].Ack(); err != nil {
		t.Fatal(err)
	}
	m.acked[i], m.inflight[i] = b.Last, nil
	if got := m.cur[i].Stats(); got.Acked != b.Last {
		t.Fatalf("acked %d, want %d", got.Acked, b.Last)
	}
}

// restart closes in order.
func (m *model) restart(t *rapid.T) {
	if err := m.s.Close(); err != nil {
		t.Fatal(err)
	}
	if m.two {
		if err := m.r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	m.takeSynced(len(m.pending))
	m.open()
	for i, c := range m.cur {
		if got := c.Stats().Acked; got != m.acked[i] {
			t.Fatalf("sink %d: acked %d before, %d after a restart", i, m.acked[i], got)
		}
	}
}

// crash drops the process between any two steps of a sync: nothing, a part, or
// all of what was pending may be in the file.
func (m *model) crash(t *rapid.T) {
	l := m.s.logs[Calls]
	l.mu.Lock()
	tail, segs := append(slices.Clone(l.writing), l.pending...), slices.Clone(l.segs)
	l.mu.Unlock()
	open := l.f != nil
	m.abandon(t)
	whole := 0
	if open && len(tail) > 0 {
		n := rapid.IntRange(0, len(tail)).Draw(t, "torn")
		f, err := os.OpenFile(segs[len(segs)-1].path, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(tail[:n]); err != nil {
			t.Fatal(err)
		}
		f.Close()
		for off := 0; off+headSize <= n; whole++ {
			off += headSize + int(binary.LittleEndian.Uint32(tail[off:]))
			if off > n {
				break
			}
		}
	}
	before, pending := m.next, m.pending
	m.open()
	// After a failed sync the disk may, but need not, hold what was written.
	got := int(m.next - before)
	if open && got != whole || got > len(pending) {
		t.Fatalf("%d records came back, %d of %d were whole", got, whole, len(pending))
	}
	m.next, m.pending = before, pending
	m.takeSynced(got)
	m.backAsKept(t)
}

func (m *model) abandon(t *rapid.T) {
	abandon(t, m.s)
	if m.two {
		abandonReader(t, m.r)
	}
}

// abandonReader is abandon of the process that reads.
func abandonReader(t *rapid.T, r *Reader) {
	for _, l := range r.logs {
		for _, c := range l.cursors {
			c.r.close()
		}
	}
	if err := r.lock.Close(); err != nil {
		t.Fatal(err)
	}
}

// abandon frees what the kernel would free of a killed process.
func abandon(t *rapid.T, s *Spool) {
	for _, l := range s.logs {
		for _, c := range l.cursors {
			c.r.close()
		}
		if l.f != nil {
			l.f.Close()
		}
	}
	if err := s.lock.Close(); err != nil {
		t.Fatal(err)
	}
}

// corrupt flips a byte somewhere in the records of a segment that is not the
// last, after a clean stop, so that every number stays known.
func (m *model) corrupt(t *rapid.T) {
	paths, err := filepath.Glob(filepath.Join(m.dir, "calls", "*"+extension))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 2 {
		return
	}
	m.restart(t)
	path := paths[rapid.IntRange(0, len(paths)-2).Draw(t, "segment")]
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return // removed by the restart
	}
	if err != nil {
		t.Fatal(err)
	}
	// The first copy of the header stays: without both no record could be read.
	at := rapid.IntRange(copySize, len(b)-1).Draw(t, "at")
	b[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	m.mess = true
	m.flips++
	abandonAndOpen(t, m)
}

func abandonAndOpen(t *rapid.T, m *model) {
	if len(m.pending) > 0 {
		t.Fatal("pending after a restart")
	}
	m.abandon(t)
	m.open()
	for i, c := range m.cur {
		if c.Stats().Acked != m.acked[i] {
			m.inflight[i] = nil
		}
		m.acked[i] = c.Stats().Acked
	}
}

func TestModel(t *testing.T) { testModel(t, false) }

// TestModelOfTwoProcesses: one writes and another reads, and each goes and comes
// back as it likes.
func TestModelOfTwoProcesses(t *testing.T) { testModel(t, true) }

func testModel(t *testing.T, two bool) {
	fast := "/dev/shm" // the model says what is synced; a real disk would only be slow
	if _, err := os.Stat(fast); err != nil {
		fast = ""
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(fast, "spool")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		m := &model{t: t, two: two, dir: dir, cfg: Config{Max: 1 << 20, Segment: 400}, lim: Limits{Records: 4, Bytes: 150}, next: 1,
			synced: map[uint64]string{}, gone: map[uint64]bool{}, acked: make([]uint64, sinksN), inflight: make([]*sinks.Batch, sinksN)}
		m.open()
		defer func() { m.abandon(t) }()
		t.Repeat(map[string]func(*rapid.T){
			"append": m.append, "append again": m.append, "sync": m.sync, "sync fails": m.syncFails, "read": m.read, "read again": m.read,
			"ack": m.ack, "ack again": m.ack, "restart": m.restart, "crash": m.crash, "corrupt": m.corrupt, "the reader goes": m.readerGoes, "the writer goes": m.writerGoes,
		})
	})
}
