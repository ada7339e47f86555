package spool

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// A pressModel is what the pressure must come to: the step by what the sink with
// the least to get has still to get, and the fate of each item by the step.
type pressModel struct {
	s     *Spool
	v     *Valve
	cur   []*Cursor
	step  int // of the list in the reliability page: 0, 80, 90, 95 %
	given map[event.Kind]int
	shed  map[event.Kind]int
	thin  int
}

func (m *pressModel) put(t *rapid.T, k event.Kind, id byte) {
	it := event.Item{Kind: k}
	fields := event.HeaderMap{{Name: "x", Value: "y"}}
	rec := event.Record{ID: event.ID{8: id}, SampleRate: 1, ReqHeaders: fields, RespHeaders: fields, Leaves: event.ValueMap{{Name: "query.q", Value: "v"}}, Flags: []string{"gap"}}
	if k == event.KindCall {
		it.Call = &rec
	}
	m.given[k]++
	got := m.v.Pass(&it)
	keep := true
	switch {
	case k == event.KindAlert, k == event.KindLoss, m.step == 0:
	case m.step == 95, k == event.KindObservation:
		keep = false
	case k == event.KindCall && m.step == 90:
		// The last eight bytes of the id as a number, of which every tenth stays.
		rest := 0
		for _, b := range it.Call.ID[8:] {
			rest = (rest*256 + int(b)) % 10
		}
		keep = rest == 0
	}
	if keep != (got != nil) {
		t.Fatalf("at %d %% a %s is kept: %v", m.step, k, got != nil)
	}
	if !keep {
		m.shed[k]++
		return
	}
	if k == event.KindCall {
		m.checkCall(t, got.Call)
	}
	if len(rec.ReqHeaders) != 1 || len(rec.Leaves) != 1 || len(rec.Flags) != 1 || rec.SampleRate != 1 {
		t.Fatal("the sensor's own record was changed")
	}
	size := 300
	if k == event.KindAlert {
		size = 30 // their log is small here
	}
	if _, err := m.s.Append(k, make([]byte, size)); err != nil {
		t.Fatal(err)
	}
}

func (m *pressModel) checkCall(t *rapid.T, c *event.Record) {
	bulky, flags, rate := 1, []string{"gap"}, float32(1)
	if m.step >= 80 {
		m.thin++
		bulky, flags = 0, append(flags, "thinned")
	}
	if m.step >= 90 {
		flags, rate = append(flags, "sampled"), 0.1
	}
	if len(c.ReqHeaders) != bulky || len(c.RespHeaders) != bulky || len(c.Leaves) != bulky || !slices.Equal(c.Flags, flags) || c.SampleRate != rate {
		t.Fatalf("at %d %%: %+v", m.step, c)
	}
}

func (m *pressModel) sync(t *rapid.T) {
	if err := m.s.Sync(); err != nil {
		t.Fatal(err)
	}
	least := int64(1) << 60
	for _, c := range m.cur {
		least = min(least, c.Stats().LagBytes)
	}
	percent := float64(least) * 100 / float64(min(minMax-minMax/8, minMax-m.s.Stats(Alerts).Bytes))
	steps := []int{95, 90, 80, 0}
	for _, up := range steps { // the highest that is reached
		if percent >= float64(up) {
			m.step = max(m.step, up)
			break
		}
	}
	for m.step > 0 && percent < float64(m.step-5) {
		m.step = steps[slices.Index(steps, m.step)+1]
	}
	if want := map[int]Pressure{0: Calm, 80: Thin, 90: Sample, 95: AlertsOnly}[m.step]; m.s.Pressure() != want {
		t.Fatalf("%.1f %% wait for the best sink: %s, want %s", percent, m.s.Pressure(), want)
	}
	st := m.v.Stats()
	if st.Thinned != uint64(m.thin) {
		t.Fatalf("%d thinned, want %d", st.Thinned, m.thin)
	}
	for k := range st.Shed {
		if st.Shed[k] != uint64(m.shed[event.Kind(k)]) {
			t.Fatalf("%d of kind %d shed, want %d of %d", st.Shed[k], k, m.shed[event.Kind(k)], m.given[event.Kind(k)])
		}
	}
}

// TestModelOfPressure plays sinks that come and go against a spool that fills up.
func TestModelOfPressure(t *testing.T) {
	fast := "/dev/shm"
	if _, err := os.Stat(fast); err != nil {
		fast = ""
	}
	reached := map[int]int{}
	kinds := []event.Kind{event.KindCall, event.KindCall, event.KindCall, event.KindAlert, event.KindFlow, event.KindLoss, event.KindFact, event.KindAnomaly, event.KindObservation}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(fast, "spool")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		s, err := Open(dir, Config{Max: minMax, Segment: 4096})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		m := &pressModel{s: s, v: NewValve(s), given: map[event.Kind]int{}, shed: map[event.Kind]int{}}
		for i := range rapid.IntRange(1, 2).Draw(t, "sinks") {
			c, err := s.NewCursor(fmt.Sprint("sink", i), Calls, Limits{Records: 20})
			if err != nil {
				t.Fatal(err)
			}
			m.cur = append(m.cur, c)
		}
		put := func(t *rapid.T) {
			for range rapid.IntRange(1, 20).Draw(t, "records") {
				m.put(t, rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.Byte().Draw(t, "id"))
			}
			m.sync(t)
			reached[m.step]++
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": put, "put again": put, "and again": put, "once more": put,
			"deliver": func(t *rapid.T) {
				c := rapid.SampledFrom(m.cur).Draw(t, "sink")
				if b, err := c.Next(done()); err == nil && b != nil {
					if err := c.Ack(); err != nil {
						t.Fatal(err)
					}
				}
				m.sync(t)
			},
		})
	})
	if reached[80] == 0 || reached[90] == 0 || reached[95] == 0 {
		t.Errorf("not all steps were reached: %v", reached)
	}
}

// A disk that takes nothing is pressure, too, for what waits in memory.
func TestADiskThatTakesNothingIsPressure(t *testing.T) {
	s, err := Open(t.TempDir(), Config{Buffer: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.logs[Calls].flush = func(*os.File) error { return errors.New("no space left on device") }
	var steps []Pressure
	for range 130 {
		if _, err := s.Append(event.KindFact, make([]byte, 83)); err != nil && !errors.Is(err, ErrShed) {
			t.Fatal(err)
		}
		if err := s.Sync(); err == nil {
			t.Fatal("a sync that failed is none")
		}
		steps = append(steps, s.Pressure())
	}
	if got := slices.Compact(steps); !slices.Equal(got, []Pressure{Calm, Thin, Sample, AlertsOnly}) {
		t.Errorf("steps %v", got)
	}
	s.logs[Calls].flush = (*os.File).Sync
	if err := s.Sync(); err != nil || s.Pressure() != Calm {
		t.Errorf("%v, %s", err, s.Pressure())
	}
}

// Alerts are the last to go: they take the room of calls, down to the segment
// that is being written.
func TestAlertsTakeTheRoomOfCalls(t *testing.T) {
	s, err := Open(t.TempDir(), Config{Max: minMax, Segment: 4096})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var cur [numLogs]*Cursor
	for w := range numLogs {
		if cur[w], err = s.NewCursor("down", w, Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	add := func(k event.Kind, n int) {
		for range n {
			if _, err := s.Append(k, make([]byte, 483)); err != nil {
				t.Fatal(err)
			}
			if err := s.Sync(); err != nil {
				t.Fatal(err)
			}
			if all := s.Stats(Alerts).Bytes + s.Stats(Calls).Bytes; all > minMax {
				t.Fatalf("%d bytes, over %d", all, minMax)
			}
		}
	}
	add(event.KindCall, 300)
	calls := s.Stats(Calls)
	if calls.Dropped == 0 || calls.Bytes < minMax*3/4 {
		t.Fatalf("calls: %+v", calls)
	}
	add(event.KindAlert, 110) // 55,000 bytes
	if st := s.Stats(Alerts); st.Dropped != 0 {
		t.Errorf("alerts: %+v", st)
	}
	add(event.KindCall, 100)
	if st := s.Stats(Alerts); st.Dropped != 0 {
		t.Errorf("alerts, with calls behind them: %+v", st)
	}
	add(event.KindAlert, 300)
	if st := s.Stats(Alerts); st.Dropped == 0 || st.Bytes < minMax/2 {
		t.Errorf("alerts: %+v", st)
	}
	if got := takeAll(t, cur[Alerts]); got == 0 || uint64(got)+cur[Alerts].Stats().Lost != 410 {
		t.Errorf("%d alerts read, %d counted as lost, of 410", got, cur[Alerts].Stats().Lost)
	}
	if got := takeAll(t, cur[Calls]); uint64(got)+cur[Calls].Stats().Lost != 400 {
		t.Errorf("%d calls read, %d counted as lost, of 400", got, cur[Calls].Stats().Lost)
	}
}

// takeAll takes all a cursor has.
func takeAll(t *testing.T, c *Cursor) (n int) {
	t.Helper()
	for {
		b, err := c.Next(done())
		if err != nil {
			return n
		}
		n += len(b.Records)
		if err := c.Ack(); err != nil {
			t.Fatal(err)
		}
	}
}
