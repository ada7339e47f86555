package reload

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"spaniel/decode"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
	"spaniel/internal/wiretest"
	"spaniel/sinks/redact"
)

// traffic is a capture that goes on until it is told to end: connections of
// three calls each.
type traffic struct {
	frames []event.Frame
	number uint64
	conn   int
	calls  int
	end    atomic.Bool
}

func (s *traffic) Next(f *event.Frame) error {
	if len(s.frames) == 0 {
		if s.end.Load() {
			return io.EOF
		}
		s.make()
	}
	*f, s.frames = s.frames[0], s.frames[1:]
	s.number++
	f.Number = s.number
	return nil
}

func (s *traffic) make() {
	s.conn++
	b := wiretest.New(uint64(s.conn), time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC).UnixNano()+int64(s.conn)*int64(20*time.Millisecond))
	client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, 113, 9}), uint16(1024+s.conn%60000))
	c := b.Conn(client, netip.MustParseAddrPort("10.0.0.5:80"))
	c.Open()
	for range 3 {
		s.calls++
		c.Client([]byte("GET /v HTTP/1.1\r\nHost: shop.example\r\n\r\n"))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	}
	c.Fin()
	s.frames = b.Frames()
}

func (s *traffic) Close() error { return nil }

// steady counts all calls of one client; it never changes.
const steady = "id: steady\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.seen\nby: [client.ip]\nover: 24h\nsuppress: 7d\nhaving: count() >= 3\n"

// version is set number n: one rule that says the number, and one more in
// every second.
func version(n int) []string {
	variant := ruleText("variant", "/v", strconv.Itoa(n), false)
	if n%8 != 0 { // its tests are most of what a reload costs
		variant, _, _ = strings.Cut(variant, "tests:")
	}
	out := []string{steady, variant}
	if n%2 == 0 {
		out = append(out, "id: even\ntitle: t\nseverity: low\ncategory: recon/probing\nwhen: req.path == \"/v\"\n")
	}
	return out
}

// bad is a set that must not judge, in one of the ways there are.
func bad(n int) []string {
	ok := version(n)
	switch n / 2 % 4 {
	case 0:
		return append(ok, ruleText("wrong", "/w", "m", true)) // its tests fail
	case 1:
		return append(ok, "id: wrong\nwhen: req.pth == 1\n")
	case 2:
		return append(ok, "id: [\n")
	}
	return append(ok, ok[1][:90]) // half written
}

// judged checks, item by item, that what judged a call is one set and no
// mixture.
type judged struct {
	t       *testing.T
	numbers map[string]int // of sets, by hash; written before a set is used
	lock    chan struct{}
	calls   int
	call    string   // ruleset of the last call
	fired   []string // of its rules
	sets    map[string]bool
	steady  uint64
	bad     int
}

func (j *judged) number(hash string) (int, bool) {
	j.lock <- struct{}{}
	n, ok := j.numbers[hash]
	<-j.lock
	return n, ok
}

func (j *judged) know(s *detect.Set, n int) {
	j.lock <- struct{}{}
	j.numbers[s.Hash()] = n
	<-j.lock
}

func (j *judged) complain(format string, args ...any) {
	if j.bad++; j.bad < 10 {
		j.t.Errorf(format, args...)
	}
}

// settle compares the alerts of the last call with what its set says.
func (j *judged) settle() {
	if j.calls == 0 {
		return
	}
	n, ok := j.number(j.call)
	if !ok {
		j.complain("call %d was judged by a set that was never in force: %s", j.calls, j.call)
		return
	}
	want := "variant"
	if n%2 == 0 {
		want = "even variant"
	}
	if got := strings.Join(j.fired, " "); got != want {
		j.complain("call %d, set %d: %q fired, want %q", j.calls, n, got, want)
	}
}

func (j *judged) item(it *event.Item) {
	switch it.Kind {
	case event.KindCall:
		j.settle()
		j.calls++
		j.call, j.fired = it.Call.Ruleset, j.fired[:0]
		j.sets[j.call] = true
	case event.KindAlert:
		a := it.Alert
		if a.Rule.ID == "steady" {
			j.steady = a.Count
			return
		}
		j.fired = append(j.fired, a.Rule.ID)
		n, _ := j.number(a.Rule.Ruleset)
		if a.Rule.Ruleset != j.call || a.Rule.ID == "variant" && a.Message != strconv.Itoa(n) {
			j.complain("call %d of %s: an alert of %s says %q, and set %d should", j.calls, j.call, a.Rule.Ruleset, a.Message, n)
		}
	}
}

// TestReloadsUnderLoad: over 1,000 reloads, half of them of sets that must not
// judge, no call is lost, each is judged by one set, and a rule that does not
// change counts all of them.
func TestReloadsUnderLoad(t *testing.T) {
	reloads := 1000
	if testing.Short() {
		reloads = 100
	}
	for _, workers := range []int{1, 2} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) { underLoad(t, workers, reloads/2) })
	}
}

func underLoad(t *testing.T, workers, reloads int) {
	first := load(t, version(0)...)
	j := &judged{t: t, numbers: map[string]int{}, lock: make(chan struct{}, 1), sets: map[string]bool{}}
	j.know(first, 0)
	var seen atomic.Int64
	called := make(chan struct{}, 1)
	cfg := sensor.Config{Name: "test", Workers: workers, EpochFrames: 16, Decode: decode.DefaultConfig(), Rules: first, Redactor: redact.New(make([]byte, 32), redact.Option{}),
		Limits: detect.Limits{RuleAlerts: 1 << 40}}
	s, err := sensor.New(cfg, func(it *event.Item) event.CallFate {
		j.item(it)
		if it.Kind == event.KindCall {
			seen.Add(1)
			select {
			case called <- struct{}{}:
			default:
			}
		}
		return event.CallAcked
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	r := New(first, Config{
		Load: func() (*detect.Set, error) {
			texts := version(n)
			if n%2 == 1 {
				texts = bad(n)
			}
			set, err := detect.Load(source(texts...), detect.LoadOptions{})
			if err == nil && n%2 == 0 {
				j.know(set, n)
			}
			return set, err
		},
		Replay: sensor.Replayer(cfg),
		Use:    s.SetRules,
		Now:    time.Now,
	})
	src := &traffic{}
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background(), src) }()
	for n = 1; n <= reloads; n++ {
		if st := r.Reload(); (st.Err != nil) != (n%2 == 1) {
			t.Errorf("reload %d: %v", n, st.Err)
		}
		// Some calls between any two, so that every set has something to judge.
		for to := seen.Load() + 3; seen.Load() < to; {
			<-called
		}
	}
	src.end.Store(true)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	j.settle()
	led := s.Ledger()
	if err := led.Check(); err != nil || j.calls != src.calls {
		t.Errorf("%d calls sent, %d found: %v", src.calls, j.calls, err)
	}
	if j.steady != uint64(src.calls) {
		t.Errorf("the rule that never changed counted %d of %d calls", j.steady, src.calls)
	}
	if st := r.Status(); st.Loaded != uint64(reloads/2) || st.Refused != uint64(reloads-reloads/2) || len(j.sets) < reloads/8 {
		t.Errorf("%d loaded, %d refused, %d sets judged", st.Loaded, st.Refused, len(j.sets))
	}
	t.Logf("%d calls, %d sets judged", j.calls, len(j.sets))
}
