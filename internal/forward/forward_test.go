package forward

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/spool"
)

// A dest is a destination that does as it is told.
type dest struct {
	mu     sync.Mutex
	got    []string // targets of calls, messages of alerts
	tries  int
	answer func(try int, b *sinks.Batch) error // nil: take it
	hang   bool
	closed int
}

func (d *dest) Write(ctx context.Context, b *sinks.Batch) error {
	d.mu.Lock()
	d.tries++
	try, hang := d.tries, d.hang
	d.mu.Unlock()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	if d.answer != nil {
		if err := d.answer(try, b); err != nil {
			return err
		}
	}
	items, err := sinks.NewDecoder().DecodeBatch(b)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, it := range items {
		if it.Alert != nil {
			d.got = append(d.got, it.Alert.Message)
		} else {
			d.got = append(d.got, it.Call.Target)
		}
	}
	return nil
}

func (d *dest) Close() error { d.closed++; return nil }

func (d *dest) all() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.got, " ")
}

// A rig is a spool with a forwarder; everything lives in one bubble.
type rig struct {
	t    *testing.T
	dir  string
	sp   *spool.Spool
	f    *Forwarder
	logs *observer.ObservedLogs
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, dir string, cfg Config, list ...Sink) *rig {
	t.Helper()
	sp, err := spool.Open(dir, spool.Config{})
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.InfoLevel)
	cfg.DeadLetters = dir
	f, err := New(sp, cfg, list, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &rig{t: t, dir: dir, sp: sp, f: f, logs: logs, stop: cancel, done: make(chan error, 1)}
	go func() { r.done <- f.Run(ctx) }()
	return r
}

func (r *rig) add(items ...event.Item) {
	r.t.Helper()
	enc := sinks.NewEncoder()
	for i := range items {
		if _, err := r.sp.Append(items[i].Kind, enc.Append(nil, &items[i])); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.sp.Sync(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) end() {
	r.t.Helper()
	r.stop()
	if err := <-r.done; err != nil {
		r.t.Fatal(err)
	}
	if err := r.sp.Close(); err != nil {
		r.t.Fatal(err)
	}
}

func alert(msg string, s event.Severity) event.Item {
	return event.Item{Kind: event.KindAlert, Alert: &event.Alert{Message: msg, Severity: s}}
}

func call(target string) event.Item {
	return event.Item{Kind: event.KindCall, Call: &event.Record{Target: target}}
}

func sink(name string, d *dest, kinds ...event.Kind) Sink {
	return Sink{Name: name, Kinds: kinds, Open: func() (sinks.Writer, error) { return d, nil }}
}

func TestKindsAndSeverityChoose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var soc, lake dest
		s := sink("soc", &soc)
		s.Filter.MinSeverity = event.Medium
		r := start(t, t.TempDir(), Config{}, s, sink("lake", &lake, event.KindCall))
		r.add(alert("a1", event.High), alert("a2", event.Low), alert("a3", event.Medium), call("/1"), call("/2"))
		synctest.Wait()
		if soc.all() != "a1 a3" || lake.all() != "/1 /2" {
			t.Errorf("soc %q, lake %q", soc.all(), lake.all())
		}
		st := r.f.Stats()
		if len(st) != 2 || st[0].Delivered != 2 || st[0].Filtered != 1 || st[0].Lag != 0 || st[1].Delivered != 2 {
			t.Errorf("%+v", st)
		}
		r.end()
		if soc.closed != 1 || lake.closed != 1 {
			t.Error("a Writer was not closed")
		}
	})
}

func TestAnHourDownLosesNothingAndSaysSoOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		down := dest{answer: func(int, *sinks.Batch) error {
			if time.Since(begin) < time.Hour {
				return errors.New("connection refused")
			}
			return nil
		}}
		var up dest
		r := start(t, t.TempDir(), Config{}, sink("down", &down), sink("up", &up))
		for i := range 10 {
			r.add(alert(fmt.Sprint(i), event.High))
			time.Sleep(time.Minute)
		}
		if st := r.f.Stats()[0]; !st.Failing || st.LastError != "connection refused" || st.Lag != 10 || st.Retried == 0 {
			t.Errorf("%+v", st)
		}
		if want := "0 1 2 3 4 5 6 7 8 9"; up.all() != want {
			t.Errorf("the other sink has %q", up.all())
		}
		time.Sleep(time.Hour)
		if want := "0 1 2 3 4 5 6 7 8 9"; down.all() != want {
			t.Errorf("got %q", down.all())
		}
		if down.tries < 100 || down.tries > 400 { // pauses of 15 to 30 s at the end
			t.Errorf("%d tries in an hour", down.tries)
		}
		if n := r.logs.FilterMessageSnippet("cannot deliver").Len(); n != 1 {
			t.Errorf("%d complaints", n)
		}
		if r.logs.FilterMessage("delivering again").Len() != 1 || r.f.Stats()[0].Failing {
			t.Error("recovery is not told")
		}
		r.end()
	})
}

func TestARejectedRecordIsSetAsideWithItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dest{}
		d.answer = func(_ int, b *sinks.Batch) error {
			for i, r := range b.Records {
				if strings.Contains(string(r.Payload), "poison") {
					return &sinks.Rejected{Index: i, Err: errors.New("too large\nfor this")}
				}
			}
			return nil
		}
		r := start(t, t.TempDir(), Config{}, sink("soc", &d))
		r.add(alert("a", event.High), alert("poison 1", event.High), alert("b", event.High), alert("poison 2", event.High))
		if _, err := r.sp.Append(event.KindAlert, []byte("not json")); err != nil {
			t.Fatal(err)
		}
		r.add(alert("c", event.High))
		synctest.Wait()
		if d.all() != "a b c" {
			t.Errorf("got %q", d.all())
		}
		if st := r.f.Stats()[0]; st.DeadLettered != 3 || st.Delivered != 3 || st.Retried != 0 {
			t.Errorf("%+v", st)
		}
		r.end()
		text, err := os.ReadFile(filepath.Join(r.dir, "soc-alerts.ndjson"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], `{"seq":2,"reason":"too large\nfor this","kind":"alert","record":{`) || !strings.Contains(lines[2], `"payload":"bm90IGpzb24="`) {
			t.Errorf("dead letters: %q", lines)
		}
	})
}

func TestDeadLettersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dest{answer: func(int, *sinks.Batch) error { return &sinks.Rejected{Index: 0, Err: errors.New("no")} }}
		r := start(t, t.TempDir(), Config{DeadLetterMax: 2000}, sink("soc", &d))
		for range 10 {
			r.add(alert("x", event.High))
		}
		synctest.Wait()
		if st := r.f.Stats()[0]; st.DeadLettered != 10 || st.Lag != 0 {
			t.Errorf("%+v", st)
		}
		r.end()
		if st, err := os.Stat(filepath.Join(r.dir, "soc-alerts.ndjson")); err != nil || st.Size() > 2000 || st.Size() == 0 {
			t.Errorf("%v, %v", st, err)
		}
	})
}

func TestAHungWriterIsGivenUpOnAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dest{hang: true}
		s := sink("soc", &d)
		s.Timeout = 10 * time.Second
		r := start(t, t.TempDir(), Config{}, s)
		r.add(alert("a", event.High))
		time.Sleep(time.Minute)
		d.mu.Lock()
		d.hang = false
		d.mu.Unlock()
		time.Sleep(time.Minute)
		if d.all() != "a" || d.tries < 3 {
			t.Errorf("got %q after %d tries", d.all(), d.tries)
		}
		r.end()
	})
}

func TestStopDrainsAndWhatIsLeftComesAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var up dest
		down := dest{answer: func(int, *sinks.Batch) error { return errors.New("down") }}
		slow := sink("up", &up)
		slow.Limits.Linger = time.Hour // a stop does not wait for a batch to fill
		r := start(t, dir, Config{Drain: 3 * time.Second}, slow, sink("down", &down))
		r.add(alert("a", event.High), alert("b", event.High))
		synctest.Wait()
		begin := time.Now()
		r.end()
		if up.all() != "a b" {
			t.Errorf("the stop did not drain: %q", up.all())
		}
		if d := time.Since(begin); d > 4*time.Second {
			t.Errorf("the stop took %v", d)
		}
		var again dest
		r = start(t, dir, Config{}, sink("up", &up), sink("down", &again))
		synctest.Wait()
		if again.all() != "a b" || up.all() != "a b" {
			t.Errorf("after the restart: %q, and the other %q", again.all(), up.all())
		}
		r.end()
	})
}

func TestOneSinkForBothLogsHasTwoLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d dest
		r := start(t, t.TempDir(), Config{}, sink("lake", &d, event.KindCall, event.KindAlert))
		r.add(call("/1"), alert("a", event.Low))
		synctest.Wait()
		if st := r.f.Stats(); len(st) != 2 || st[0].Log != spool.Alerts || st[1].Log != spool.Calls || len(d.all()) != 4 {
			t.Errorf("%+v, %q", st, d.all())
		}
		r.end()
	})
}

func TestTwoSinksOfOneNameAreRefused(t *testing.T) {
	sp, err := spool.Open(t.TempDir(), spool.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	var a, b dest
	if _, err := New(sp, Config{}, []Sink{sink("x", &a), sink("x", &b)}, zap.NewNop()); err == nil || a.closed != 1 {
		t.Errorf("got %v, closed %d", err, a.closed)
	}
}

func TestWhatHasNoPlaceIsCountedAndSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		note := "no table for it"
		lake := dest{answer: func(_ int, b *sinks.Batch) error { return &sinks.Unwanted{Records: len(b.Records) - 1, Note: note} }}
		s := sink("lake", &lake, event.KindCall)
		s.Limits = spool.Limits{Records: 3}
		r := start(t, t.TempDir(), Config{}, s)
		for range 4 {
			r.add(call("/1"), call("/2"), call("/3"))
		}
		synctest.Wait()
		st := r.f.Stats()[0]
		if st.Delivered != 4 || st.Filtered != 8 || st.Retried != 0 || st.Lag != 0 || st.Failing || st.Note != note {
			t.Errorf("%+v", st)
		}
		if n := r.logs.FilterMessage("records are passed over, counted").Len(); n != 1 {
			t.Errorf("said %d times", n)
		}
		lake.answer = nil
		r.add(call("/4"))
		synctest.Wait()
		if st = r.f.Stats()[0]; st.Delivered != 5 || st.Note != "" {
			t.Errorf("%+v", st)
		}
		r.end()
	})
}

// A lettered is a destination with a place for dead letters.
type lettered struct {
	dest
	say     func(try int) error // nil: take it
	letters []string
	asked   int
}

func (d *lettered) DeadLetter(_ context.Context, l *sinks.DeadLetter) error {
	if d.asked++; d.say != nil {
		if err := d.say(d.asked); err != nil {
			return err
		}
	}
	d.letters = append(d.letters, fmt.Sprintf("%s/%s %d: %v", l.Sink, l.Log, l.Record.Seq, l.Reason))
	return nil
}

// poisoned refuses the alerts that say so.
func poisoned(_ int, b *sinks.Batch) error {
	for i, r := range b.Records {
		if strings.Contains(string(r.Payload), "poison") {
			return &sinks.Rejected{Index: i, Err: errors.New("too large")}
		}
	}
	return nil
}

// Each dead letter is counted once: in the destination, refused there, or, if
// the file has no room either, lost. Whatever the place for them says, the other
// alerts arrive.
func TestWhatBecomesOfDeadLettersIsCounted(t *testing.T) {
	for name, x := range map[string]struct {
		say                         func(int) error
		fileMax                     int64
		sent, refused, none, lost   uint64
		letters, lines, leastAsking int
	}{
		"taken":                    {nil, 0, 2, 0, 0, 0, 2, 2, 2},
		"refused":                  {func(int) error { return &sinks.Rejected{Err: errors.New("no")} }, 0, 0, 2, 0, 0, 0, 2, 2},
		"refused, and a full file": {func(int) error { return &sinks.Rejected{Err: errors.New("no")} }, 1, 0, 2, 0, 2, 0, 0, 2},
		"taken, and a full file":   {nil, 1, 2, 0, 0, 0, 2, 0, 2},
		"no place":                 {func(int) error { return &sinks.Rejected{Err: sinks.ErrNoPlace} }, 0, 0, 0, 2, 0, 0, 2, 2},
		"no answer for a time":     {func(try int) error { return map[bool]error{true: errors.New("down")}[try < 4] }, 0, 2, 0, 0, 0, 2, 2, 5},
		"one is taken, one is not": {func(try int) error { return map[bool]error{true: &sinks.Rejected{Err: errors.New("no")}}[try > 1] }, 0, 1, 1, 0, 0, 1, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := lettered{dest: dest{answer: poisoned}, say: x.say}
				s := sink("soc", &d.dest)
				s.Open = func() (sinks.Writer, error) { return &d, nil }
				r := start(t, t.TempDir(), Config{DeadLetterMax: x.fileMax}, s)
				r.add(alert("a", event.High), alert("poison 1", event.High), alert("b", event.High), alert("poison 2", event.High), alert("c", event.High))
				time.Sleep(time.Minute)
				synctest.Wait()
				st := r.f.Stats()[0]
				if d.all() != "a b c" || st.Delivered != 3 || st.Lag != 0 || st.Failing {
					t.Errorf("%q, %+v", d.all(), st)
				}
				if want := [NumLetters]uint64{x.none, x.sent, x.refused}; st.DeadLettered != 2 || st.Letters != want || st.DeadLost != x.lost {
					t.Errorf("%d letters, %v, lost %d; want %v, lost %d", st.DeadLettered, st.Letters, st.DeadLost, want, x.lost)
				}
				r.end()
				text, err := os.ReadFile(filepath.Join(r.dir, "soc-alerts.ndjson"))
				if err != nil {
					t.Fatal(err)
				}
				if len(d.letters) != x.letters || strings.Count(string(text), "\n") != x.lines || d.asked < x.leastAsking {
					t.Errorf("letters %q, asked %d times, file %q", d.letters, d.asked, text)
				}
				for _, l := range d.letters {
					if !strings.HasPrefix(l, "soc/alerts ") || !strings.HasSuffix(l, ": too large") {
						t.Errorf("letter %q", l)
					}
				}
			})
		})
	}
}
