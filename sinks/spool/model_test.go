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
	gone     map[uint64]bool // numbers found missing though their segment is there: one for each flip at most
	room     int64           // for both logs
	buffer   int             // of the log of calls
	shed     uint64          // since the writer began
	lost     []uint64        // per sink, of what it acknowledged
	before   []uint64        // lost, one batch earlier
	alerts   *Cursor
	told     uint64            // the last alert
	synced   map[uint64]string // durable records by number
	pending  []string          // appended since
	next     uint64
	acked    []uint64 // per sink, as far as it knows
	inflight []*sinks.Batch
}

const (
	sinksN = 2
	ample  = 1 << 20 // room that is never needed
)

func (m *model) open() {
	how := Open
	if m.two {
		how = OpenWriter
	}
	s, err := how(m.dir, m.cfg)
	if err != nil {
		m.t.Fatalf("opening: %v", err)
	}
	m.begin(s)
	m.pending = nil
	m.attach()
	if got := s.Stats(Calls).Next; got < m.next && !m.mess {
		m.t.Fatalf("next is %d, but %d was durable", got, m.next-1)
	}
	m.next = s.Stats(Calls).Next
}

// begin takes over a spool that was just opened, and makes it small.
func (m *model) begin(s *Spool) {
	m.s, m.shed = s, 0
	for w, l := range s.logs {
		l.max, l.capMax = m.room, m.room/alertShare
		if Which(w) == Calls {
			l.capMax = m.room - l.capMax
			l.bufMax = m.buffer
		}
	}
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
	alerts := cursors
	m.cur = nil
	for i := range sinksN {
		c, err := cursors(fmt.Sprintf("sink%d", i), Calls, m.lim)
		if err != nil {
			m.t.Fatal(err)
		}
		m.cur = append(m.cur, c)
	}
	var err error
	if m.alerts, err = alerts("sink0", Alerts, Limits{}); err != nil {
		m.t.Fatal(err)
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
	kept := m.kept()
	m.attach()
	m.backAsKept(t, kept)
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
	m.begin(s)
	m.next = s.Stats(Calls).Next
}

// kept says of which sinks there is a cursor on disk.
func (m *model) kept() (have [sinksN]bool) {
	for i, c := range m.cur {
		_, err := os.Stat(c.path)
		have[i] = err == nil
	}
	return have
}

// backAsKept: a cursor that starts again stands where it was, or one batch before,
// and has counted what was lost up to there. One that was never on disk begins
// anew with what there is.
func (m *model) backAsKept(t *rapid.T, kept [sinksN]bool) {
	for i, c := range m.cur {
		got := c.Stats()
		switch {
		case !kept[i]:
			if oldest := m.oldest(); got.Lost != 0 || got.Acked != oldest-1 {
				t.Fatalf("sink %d begins behind %d with %d lost; the oldest is %d", i, got.Acked, got.Lost, oldest)
			}
			m.inflight[i] = nil
		case got.Acked > m.acked[i]:
			t.Fatalf("sink %d: acked %d before, %d after a crash", i, m.acked[i], got.Acked)
		case got.Acked == m.acked[i]:
			if got.Lost != m.lost[i] {
				t.Fatalf("sink %d: %d lost before, %d after a crash", i, m.lost[i], got.Lost)
			}
		default: // the batch before comes again, and only that
			if got.Lost != m.before[i] {
				t.Fatalf("sink %d, one batch back: %d lost before, %d after a crash", i, m.before[i], got.Lost)
			}
			m.inflight[i] = nil
		}
		m.acked[i], m.lost[i], m.before[i] = got.Acked, got.Lost, got.Lost
	}
}

// oldest is the first number that the log has a segment for, or the next one.
func (m *model) oldest() uint64 {
	segs, err := listSegments(filepath.Join(m.dir, "calls"))
	if err != nil {
		m.t.Fatal(err)
	}
	if len(segs) > 0 {
		return segs[0].first
	}
	return m.next
}

func (m *model) append(t *rapid.T) {
	for range rapid.IntRange(1, 6).Draw(t, "records") {
		p := rapid.StringN(0, 60, 80).Draw(t, "payload")
		full := len(m.s.logs[Calls].pending)+headSize+fixedSize+len(p) > m.buffer
		seq, err := m.s.Append(event.KindCall, []byte(p))
		if full {
			if m.shed++; !errors.Is(err, ErrShed) || m.s.Stats(Calls).Shed != m.shed {
				t.Fatalf("into a full buffer: %d, %v; %d shed, %d counted", seq, err, m.shed, m.s.Stats(Calls).Shed)
			}
			continue
		}
		if err != nil || seq != m.next+uint64(len(m.pending)) {
			t.Fatalf("append gave %d, %v, want %d", seq, err, m.next+uint64(len(m.pending)))
		}
		m.pending = append(m.pending, p)
	}
}

func (m *model) sync(t *rapid.T) {
	l := m.s.logs[Calls]
	before, alerts, calls := l.segs, m.s.Stats(Alerts), m.s.Stats(Calls)
	if err := m.s.Sync(); err != nil {
		t.Fatal(err)
	}
	m.takeSynced(len(m.pending))
	if now := m.s.Stats(Alerts).Durable + m.s.Stats(Calls).Durable; now > alerts.Durable+calls.Durable { // what a crash left is looked at with the next write
		m.fits(t, before, alerts.Dropped, calls.Dropped)
	}
}

// fits: both logs together stay within their room, but for the segments that are
// being written, and no segment is dropped that there was room for.
func (m *model) fits(t *rapid.T, before []segment, alertsDropped, callsDropped uint64) {
	alerts, calls := m.s.Stats(Alerts), m.s.Stats(Calls)
	used := alerts.Bytes + calls.Bytes
	if used > m.room && calls.Segments > 1 {
		t.Fatalf("%+v and %+v in a room of %d", alerts, calls, m.room)
	}
	n := int(calls.Dropped - callsDropped)
	if m.two || n == 0 || n >= len(before) || alerts.Dropped > alertsDropped {
		return // the one that was open has grown; what the reader or alerts let go made more room
	}
	if size := before[n-1].size; used+size <= m.room && calls.Bytes+size <= m.s.logs[Calls].capMax {
		t.Fatalf("a segment of %d bytes was dropped, with %d used in a room of %d", size, used, m.room)
	}
}

// alert: an alert comes, for which calls give way.
func (m *model) alert(t *rapid.T) {
	seq, err := m.s.Append(event.KindAlert, make([]byte, rapid.IntRange(0, 200).Draw(t, "size")))
	if err != nil || seq <= m.told {
		t.Fatalf("%d, %v after %d", seq, err, m.told)
	}
	m.told = seq
	m.sync(t)
}

// alertsGo: their sink takes all there are; what is missing is counted.
func (m *model) alertsGo(t *rapid.T) {
	if m.two {
		if err := m.r.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	for {
		b, err := m.alerts.Next(done())
		if errors.Is(err, context.Canceled) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if m.alerts.lost+uint64(len(b.Records)) != b.Last-b.First+1 {
			t.Fatalf("alerts %d to %d: %d records, %d lost", b.First, b.Last, len(b.Records), m.alerts.lost)
		}
		if err := m.alerts.Ack(); err != nil {
			t.Fatal(err)
		}
	}
}

func (m *model) takeSynced(n int) {
	for _, p := range m.pending[:n] {
		m.synced[m.next] = p
		m.next++
	}
	m.pending = nil
}

// full: the disk takes a part of what is written and no more, once; the next sync
// must put the same records.
func (m *model) full(t *rapid.T) {
	l := m.s.logs[Calls]
	l.write = func(f *os.File, b []byte) (int, error) {
		n, err := f.Write(b[:rapid.IntRange(0, len(b)-1).Draw(t, "taken")])
		return n, errors.Join(errors.New("no space left on device"), err)
	}
	if err := m.s.Sync(); err == nil && len(m.pending) > 0 {
		t.Fatal("a failed write was not reported")
	}
	l.write = (*os.File).Write
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
	last, oldest := b.First-1, m.oldest()
	for _, r := range append(slices.Clone(b.Records), sinks.Record{Seq: b.Last + 1, Kind: event.KindCall, Payload: []byte(m.synced[b.Last+1])}) {
		for n := max(last+1, oldest); n < r.Seq; n++ {
			m.gone[n] = true // and no cap took it
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
	} else if missing > 0 && !m.mess && m.room == ample {
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
	m.acked[i], m.inflight[i], m.before[i] = b.Last, nil, m.lost[i]
	m.lost[i] += b.Last - b.First + 1 - uint64(len(b.Records))
	if got := m.cur[i].Stats(); got.Acked != b.Last || got.Lost != m.lost[i] {
		t.Fatalf("acked %d and lost %d, want %d and %d", got.Acked, got.Lost, b.Last, m.lost[i])
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
		if got := c.Stats(); got.Acked != m.acked[i] || got.Lost != m.lost[i] {
			t.Fatalf("sink %d: acked %d and lost %d before, %+v after a restart", i, m.acked[i], m.lost[i], got)
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
	empty := open && segs[len(segs)-1].last < segs[len(segs)-1].first
	m.abandon(t)
	kept := m.kept()
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
	// After a failed sync the disk may, but need not, hold what was written before.
	got := int(m.next - before)
	if certain := open && (!empty || whole > 0); certain && got != whole || got < whole || got > len(pending) {
		t.Fatalf("%d records came back, %d of %d were whole", got, whole, len(pending))
	}
	m.next, m.pending = before, pending
	m.takeSynced(got)
	m.backAsKept(t, kept)
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
	kept := m.kept()
	m.open()
	m.backAsKept(t, kept)
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
		m := &model{t: t, two: two, dir: dir, cfg: Config{Max: 1 << 20, Segment: int64(rapid.SampledFrom([]int{120, 400}).Draw(t, "segment"))}, lim: Limits{Records: 4, Bytes: 150}, next: 1,
			room: int64(rapid.SampledFrom([]int{ample, 1200, 600}).Draw(t, "room")), buffer: rapid.SampledFrom([]int{1 << 20, 500}).Draw(t, "buffer"),
			synced: map[uint64]string{}, gone: map[uint64]bool{}, acked: make([]uint64, sinksN), lost: make([]uint64, sinksN), before: make([]uint64, sinksN), inflight: make([]*sinks.Batch, sinksN)}
		m.open()
		defer func() { m.abandon(t) }()
		t.Repeat(map[string]func(*rapid.T){
			"append": m.append, "append again": m.append, "sync": m.sync, "sync fails": m.syncFails, "full": m.full, "alert": m.alert, "alerts go": m.alertsGo,
			"read": m.read, "read again": m.read,
			"ack": m.ack, "ack again": m.ack, "restart": m.restart, "crash": m.crash, "corrupt": m.corrupt, "the reader goes": m.readerGoes, "the writer goes": m.writerGoes,
		})
	})
}
