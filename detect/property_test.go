package detect

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// rememberingRules use everything that remembers, with caps within reach.
func rememberingRules(t testing.TB) *Set {
	list := []string{burstRule, stuffingRule}
	for i, having := range []string{
		`bucket("3s") > 2`, `sequence(req.path == "/a", "4s", req.path == "/b", resp.status == 404)`,
		`absent(req.path == "/a", req.path == "/c", "6s")`, `count() > 2 * baseline(count())`,
		`alerts("burst") > 1 || alerts("recon/*") > 3`, `distinct(req.path) > 2 && topk(resp.status, 1) < 0.8 && gap_cv() > 0.3`,
	} {
		rule := windowRuleOf(fmt.Sprintf("rule-%d", i), "[client.ip, [req.host, principal.user]]", "10s", having)
		if i%2 == 0 {
			rule += "window: tumbling\n"
		}
		list = append(list, rule)
	}
	for i := range list {
		if i > 1 {
			list[i] = strings.Replace(list[i], "suppress: 1h", "suppress: "+[]string{"0s", "3s", "20s"}[i%3], 1)
		}
	}
	return load(t, list...)
}

// drawCalls are calls of some clients, in order of their clocks.
func drawCalls(t *rapid.T, steps []float64) (calls []*event.Call) {
	at := 0.0
	for i := range rapid.IntRange(1, 150).Draw(t, "calls") {
		at += rapid.SampledFrom(steps).Draw(t, "step")
		path := rapid.SampledFrom([]string{"/a", "/b", "/c", "/login"}).Draw(t, "path")
		c := newCall("GET "+path, rapid.SampledFrom([]int{200, 401, 404}).Draw(t, "status"), at)
		n := rapid.IntRange(1, 9).Draw(t, "client")
		c.Flow.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(n % 2), 0, byte(n)}), 4000)
		c.ID[0], c.ID[1] = byte(i), byte(i>>8)
		c.Order.Seq = uint64(i)
		calls = append(calls, c)
	}
	return calls
}

// played judges calls in so many shards, by client, and gives what they found
// to a stage in the one order.
func played(t interface{ Fatal(...any) }, set *Set, cfg *Config, shards int, calls []*event.Call) (lines []string, alerts []*event.Alert) {
	st := NewStage(set, cfg, func(a *event.Alert) {
		line, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		lines, alerts = append(lines, string(line)), append(alerts, a)
	})
	type found struct {
		order event.Order
		f     Findings
	}
	var all []found
	end := int64(0)
	for s := range shards {
		j := NewJudge(set, cfg)
		for _, c := range calls {
			if client := c.Flow.Client.Addr().As4(); int(client[3])%shards == s {
				var f Findings
				j.Call(c, &f)
				all = append(all, found{c.Order, f})
			}
			end = max(end, c.Order.Clock)
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.order.Compare(b.order) })
	for _, one := range all {
		for _, a := range one.f.Alerts {
			st.Alert(a)
		}
		for i := range one.f.Observations {
			st.Observe(&one.f.Observations[i])
		}
	}
	st.Close(end + 1)
	return lines, alerts
}

// TestShardsChangeNothing: the same calls, however they are split, give the
// same alerts, byte for byte, also where the caps are reached.
func TestShardsChangeNothing(t *testing.T) {
	set := rememberingRules(t)
	fired := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		cfg := &Config{Limits: Limits{WindowKeys: rapid.IntRange(5, 60).Draw(t, "keys"), WindowEntries: rapid.IntRange(50, 3000).Draw(t, "entries"), OpenAlerts: 5, RuleAlerts: 6}}
		calls := drawCalls(t, []float64{0, 0.1, 0.5, 1, 3})
		want, alerts := played(t, set, cfg, 1, calls)
		for _, shards := range []int{2, 8} {
			if got, _ := played(t, set, cfg, shards, calls); !slices.Equal(got, want) {
				t.Fatalf("%d shards: %d alerts, one shard %d", shards, len(got), len(want))
			}
		}
		for _, a := range alerts {
			fired[a.Rule.ID] = true
		}
	})
	if len(fired) < 5 {
		t.Errorf("only %v fired: too little was compared", fired)
	}
}

// TestClocksRaiseNothing: the clock may stand still, jump, or go back. No rule
// raises more alerts for a key than its suppression allows for the time that
// went by, counts never exceed the calls there were, and a jump makes nothing
// missing.
func TestClocksRaiseNothing(t *testing.T) {
	set := rememberingRules(t)
	rapid.Check(t, func(t *rapid.T) {
		calls := drawCalls(t, []float64{0, 0, 0, 0.2, -5, -4000, 3600, 86400 * 30, 1})
		first, last := int64(math.MaxInt64), int64(0)
		for _, c := range calls {
			c.Order.Clock = max(c.Order.Clock, last) // the reader's clock does not go back; the calls' own times do
			first, last = min(first, c.Order.Clock), c.Order.Clock
		}
		if rapid.Bool().Draw(t, "unordered") { // and if it did
			for _, c := range calls {
				c.Order.Clock = c.Time
			}
		}
		var alerts []*event.Alert
		st := NewStage(set, &Config{}, func(a *event.Alert) { alerts = append(alerts, a) })
		j := NewJudge(set, &Config{})
		for _, c := range calls {
			var f Findings
			j.Call(c, &f)
			for i := range f.Observations {
				st.Observe(&f.Observations[i])
			}
		}
		st.Close(last + 1)
		raised := map[string]map[event.ID]bool{}
		for _, a := range alerts {
			if raised[a.DedupKey] == nil {
				raised[a.DedupKey] = map[event.ID]bool{}
			}
			raised[a.DedupKey][a.ID] = true
			if a.Count > uint64(len(calls)) {
				t.Fatalf("%d calls counted of %d", a.Count, len(calls))
			}
			if gap := last - first; a.Rule.ID == "rule-2" && gap > 0 && !nearCall(calls, a.Order.Clock) {
				t.Fatalf("an absence at %d, when nothing was seen for a while", a.Order.Clock)
			}
		}
		for _, r := range set.Rules() {
			for key, ids := range raised {
				if s := int64(r.Suppress); s > 0 && len(key) > len(r.ID) && key[:len(r.ID)+1] == r.ID+"|" {
					if most := 1 + (last-first)/s; int64(len(ids)) > most && last > first {
						t.Fatalf("%s: %d alerts in %d ns", key, len(ids), last-first)
					}
				}
			}
		}
	})
}

// nearCall reports whether a call came in the seconds before a moment.
func nearCall(calls []*event.Call, clock int64) bool {
	latest := int64(math.MinInt64)
	for _, c := range calls {
		latest = max(latest, c.Order.Clock)
		if latest <= clock && clock-latest <= 6e9 {
			return true
		}
	}
	return false
}

// TestSpoofedSourcesThroughTheStage: an attacker that began before a flood of
// sources is found, and memory stays at the caps.
func TestSpoofedSourcesThroughTheStage(t *testing.T) {
	set := load(t, windowRuleOf("slow", "[client.ip, endpoint]", "24h", `distinct(req.path) >= 12`))
	cfg := &Config{Limits: Limits{WindowKeys: 5000, WindowEntries: 20_000}}
	var found []*event.Alert
	st := NewStage(set, cfg, func(a *event.Alert) { found = append(found, a) })
	j := NewJudge(set, cfg)
	var f Findings
	clock := 0.0
	slow := func(i int) {
		f.Observations = f.Observations[:0]
		clock += 0.001
		j.Call(newCall(fmt.Sprintf("GET /secret/%c", 'a'+i), 404, clock), &f)
		st.Observe(&f.Observations[0])
	}
	slow(0)
	slow(1)
	f.Observations = f.Observations[:0]
	j.Call(newCall("GET /x", 200, 1), &f)
	spoofed := f.Observations[0]
	values, keys := slices.Clone(spoofed.Values), slices.Clone(spoofed.Keys)
	for i := range 200_000 {
		clock += 0.001
		ip := netip.AddrFrom4([4]byte{byte(i >> 16), byte(i >> 8), byte(i), 9})
		spoofed.Keys = []string{ip.String(), keys[1]}
		spoofed.Values, spoofed.origin = slices.Clone(values), originOf(ip)
		spoofed.Order.Clock = int64(clock * 1e9)
		spoofed.Call[0], spoofed.Call[1], spoofed.Call[2] = byte(i), byte(i>>8), byte(i>>16)
		st.Observe(&spoofed)
		if i%18_000 == 17_999 {
			slow(2 + i/18_000)
		}
		if s := st.Stats(); s.Windows > 5000 || s.Entries > 20_000 {
			t.Fatalf("%d windows, %d entries", s.Windows, s.Entries)
		}
	}
	if len(found) == 0 || found[0].Client.IP != "203.0.113.9" || found[0].Evidence[0].Got != 12 {
		t.Errorf("the slow client is not found: %d alerts, %+v", len(found), st.Stats())
	}
}
