package window

import "testing"

// FuzzKeyedState plays scripts of calls, pauses, jumps and clocks that go back
// over two tables that share small caps, beside plain maps. Never more is held
// than the caps allow; counters and clocks only rise; every window that is
// missing was given up, and counted, or over; and a window that lost nothing
// holds and measures what the map holds.
func FuzzKeyedState(f *testing.F) {
	f.Add([]byte("aAbBcCdDeEfFgGhHiIjJ"))
	f.Add([]byte{0, 1, 2, 3, 0x40, 0x41, 0x80, 0xc0, 0xc1, 0, 1, 2, 3, 0xff, 0x10, 0x20, 0x30})
	flood := make([]byte, 0, 800)
	for i := range 400 {
		flood = append(flood, byte(i%16), 0x01)
	}
	f.Add(flood)
	f.Fuzz(func(t *testing.T, script []byte) {
		script = script[:min(len(script), 2000)]
		const over, keep, maxEntries, maxKeys = 40, 60, 200, 7
		pool := NewPool(maxEntries, maxKeys)
		plan := Plan{Over: over, Keep: keep, Aggregates: []Aggregate{{Op: Distinct}, {Op: Max}, {Op: TopShare, Q: 1}, {Op: GapCV, Arg: -1}}}
		tables := []*Table[int]{NewTable[int](plan, pool), NewTable[int](plan, pool)}
		type state struct {
			calls []Entry
			last  int64
		}
		models := []map[string]*state{{}, {}}
		var clock, latest int64
		var evicted, shed uint64
		for pc := 0; pc < len(script); pc++ {
			op := script[pc]
			switch { // the clock first
			case op >= 0xf0:
				clock += 1000
			case op >= 0xe0:
				clock -= 30
			default:
				clock += int64(op>>4) % 4
			}
			latest = max(latest, clock)
			which, key := int(op>>2)%2, string('a'+rune(op%16))
			if op>>6 == 2 {
				tables[which].Expire(latest)
			}
			e := Entry{Clock: clock, Time: clock, Values: []Value{NumberOf(float64(op % 5))}}
			w := tables[which].Add(key, uint64(op%3), e)
			m := models[which][key]
			if m == nil || m.last <= latest-keep {
				m = &state{}
				models[which][key] = m
			}
			m.calls, m.last = append(m.calls, Entry{Clock: latest, Time: clock, Values: e.Values}), latest

			if pool.Keys() > maxKeys || pool.Entries() > maxEntries || pool.Evicted < evicted || pool.Shed < shed {
				t.Fatalf("step %d: %d keys, %d entries, %d evicted after %d", pc, pool.Keys(), pool.Entries(), pool.Evicted, evicted)
			}
			lost, entries, keys := uint64(0), 0, 0
			for i, table := range tables {
				for k, m := range models[i] {
					if table.byKey[k] == nil {
						if m.last > latest-keep {
							lost++
						}
						delete(models[i], k)
					}
				}
				if len(table.byKey) != len(models[i]) {
					t.Fatalf("step %d: %d windows, the map has %d", pc, len(table.byKey), len(models[i]))
				}
				keys += len(table.byKey)
				for _, w := range table.byKey {
					entries += w.n + w.extra
				}
			}
			if lost != pool.Evicted-evicted || keys != pool.Keys() || entries != pool.Entries() {
				t.Fatalf("step %d: %d windows are missing, %d counted; %d keys of %d, %d entries of %d", pc, lost, pool.Evicted-evicted, keys, pool.Keys(), entries, pool.Entries())
			}
			evicted, shed = pool.Evicted, pool.Shed

			model := &model{over: over, calls: map[string][]Entry{key: m.calls}}
			in := model.in(key, latest)
			if w.Calls() > len(in) || len(in)-w.Calls() > w.Uncounted() || !w.Capped && w.Len() != len(in) {
				t.Fatalf("step %d: %d calls of %d, at most %d uncounted", pc, w.Calls(), len(in), w.Uncounted())
			}
			if w.Capped {
				continue
			}
			for i, a := range plan.Aggregates {
				if got, want := w.Eval(i), model.eval(a, in); !near(got, want) {
					t.Fatalf("step %d: %v is %v, the map says %v", pc, a, got, want)
				}
			}
		}
		for _, table := range tables {
			table.Close()
		}
		if pool.Keys() != 0 || pool.Entries() != 0 {
			t.Fatalf("%d keys, %d entries after the end", pool.Keys(), pool.Entries())
		}
	})
}
