package window

import (
	"math"
	"slices"
)

// A Usual is what a baseline has learned of one key, to be kept over restarts.
type Usual struct {
	// N periods had this Mean. The period that began at Current is under way;
	// it, and those that begin before Skip, teach nothing.
	N       int     `json:"n"`
	Mean    float64 `json:"mean"`
	Current int64   `json:"current,omitempty"`
	Skip    int64   `json:"skip,omitempty"`
	Hours   []Hour  `json:"hours,omitempty"`
}

// An Hour is what is usual at an hour of the day (UTC), seen on Days days, of
// which Day was the latest.
type Hour struct {
	Hour int     `json:"hour"`
	N    int     `json:"n"`
	Mean float64 `json:"mean"`
	Days int     `json:"days"`
	Day  int64   `json:"day"`
}

// A KeptKey is what the baselines of a key's window have learned, by the
// numbers of their aggregates.
type KeptKey struct {
	Key    string
	Origin uint64
	Last   int64 // clock of the key's last call
	Usual  map[int]Usual
}

// periods is how many the key's best known baseline rests on.
func (k *KeptKey) periods() (n int) {
	for _, u := range k.Usual {
		n = max(n, u.N)
	}
	return n
}

// Kept lists what the table's baselines have learned, of at most so many keys:
// of those of which most is known, by key.
func (t *Table[S]) Kept(most int) (list []KeptKey) {
	if !t.plan.Lasting {
		return nil
	}
	for _, w := range t.byKey {
		if k := w.kept(); len(k.Usual) > 0 {
			list = append(list, k)
		}
	}
	byKey := func(a, b KeptKey) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	}
	if len(list) > most {
		slices.SortFunc(list, func(a, b KeptKey) int {
			if d := b.periods() - a.periods(); d != 0 {
				return d
			}
			return byKey(a, b)
		})
		list = list[:most]
	}
	slices.SortFunc(list, byKey)
	return list
}

func (w *Window[S]) kept() KeptKey {
	k := KeptKey{Key: w.Key, Origin: w.origin, Last: w.last, Usual: map[int]Usual{}}
	for i, tr := range w.trackers {
		if b, ok := tr.(*baseline); ok && b.all.n > 0 && finite(b.all.mean) {
			k.Usual[i] = b.usual()
		}
	}
	return k
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (b *baseline) usual() Usual {
	u := Usual{N: b.all.n, Mean: b.all.mean}
	if b.begun {
		u.Current = b.current
	}
	if b.skip != math.MinInt64 {
		u.Skip = b.skip
	}
	for h, of := range b.hours {
		if of != nil && finite(of.mean) {
			u.Hours = append(u.Hours, Hour{h, of.n, of.mean, of.days, of.day})
		}
	}
	return u
}

// Recall gives a key's baselines what was kept of them. The period that was
// under way is not learned: its calls are gone.
func (t *Table[S]) Recall(k KeptKey) {
	if !t.plan.Lasting || t.byKey[k.Key] != nil {
		return
	}
	w := t.Touch(k.Key, k.Origin, k.Last)
	for i, tr := range w.trackers {
		if b, ok := tr.(*baseline); ok {
			if u, ok := k.Usual[i]; ok {
				b.recall(u)
			}
		}
	}
}

func (b *baseline) recall(u Usual) {
	b.all = moment{max(0, u.N), u.Mean}
	b.skip = max(b.skip, u.Skip, u.Current+1)
	for _, h := range u.Hours {
		if h.Hour >= 0 && h.Hour < len(b.hours) && h.N > 0 {
			b.hours[h.Hour] = &hour{moment{h.N, h.Mean}, h.Days, h.Day}
		}
	}
}

// Unlearn forgets what all baselines of the table have learned.
func (t *Table[S]) Unlearn() {
	for _, w := range t.byKey {
		for i, tr := range w.trackers {
			if _, ok := tr.(*baseline); ok {
				w.trackers[i] = t.plan.newTracker(&t.plan.Aggregates[i])
			}
		}
	}
}
