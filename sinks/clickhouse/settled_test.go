package clickhouse

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"pgregory.net/rapid"
)

// errViolated is a refusal for what a row holds.
var errViolated = &clickhouse.Exception{Code: 469, Message: "violated"}

// A picky table refuses blocks that hold a bad row, and counts what it took.
type picky struct {
	bad   map[uint64]bool
	rows  map[uint64]int
	sends int
}

func (p *picky) send(rows []uint64) error {
	p.sends++
	for _, r := range rows {
		if p.bad[r] {
			return errViolated
		}
	}
	for _, r := range rows {
		p.rows[r]++
	}
	return nil
}

// deliver writes a batch as the forwarder does: again without the row that was
// refused, until nothing is.
func (p *picky) deliver(n int) (buried []uint64, err error) {
	var s settled
	var left []uint64
	for seq := range uint64(n) {
		left = append(left, seq+1)
	}
	for range n + 1 {
		s.begin(1)
		ask := slices.DeleteFunc(slices.Clone(left), func(seq uint64) bool { return s.has(seq) || s.refused[seq] != nil })
		if len(s.refused) == 0 && len(ask) > 0 {
			if err := s.settle(ask, p.send); err != nil {
				return buried, err
			}
		}
		i := slices.IndexFunc(left, func(seq uint64) bool { return s.refused[seq] != nil })
		if i < 0 {
			return buried, nil
		}
		buried = append(buried, left[i])
		delete(s.refused, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return buried, errors.New("no end")
}

func TestRefusedRowsAreFoundAndTheOthersSentOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "rows")
		bad := map[uint64]bool{}
		for _, b := range rapid.SliceOfN(rapid.Uint64Range(1, uint64(n)), 0, min(n-1, 40)).Draw(t, "bad") {
			bad[b] = true
		}
		p := &picky{bad: bad, rows: map[uint64]int{}}
		buried, err := p.deliver(n)
		if len(bad) == n && n >= wrongTable {
			return
		}
		slices.Sort(buried)
		if err != nil || !slices.Equal(buried, slices.Sorted(maps.Keys(bad))) {
			t.Fatalf("buried %v of %v: %v", buried, bad, err)
		}
		for seq := range uint64(n) {
			if want := map[bool]int{false: 1}[bad[seq+1]]; p.rows[seq+1] != want {
				t.Fatalf("row %d is there %d times, want %d", seq+1, p.rows[seq+1], want)
			}
		}
	})
}

func TestTableThatRefusesEveryRowIsToBlame(t *testing.T) {
	p := &picky{bad: map[uint64]bool{}, rows: map[uint64]int{}}
	for seq := range uint64(50_000) {
		p.bad[seq+1] = true
	}
	buried, err := p.deliver(50_000)
	if !errors.Is(err, errViolated) || len(buried) > 0 {
		t.Errorf("buried %d: %v", len(buried), err)
	}
	if p.sends > 4*maxRefused {
		t.Errorf("asked %d times", p.sends)
	}
}

func TestFewRefusedRowsAreToBlameThemselves(t *testing.T) {
	p := &picky{bad: map[uint64]bool{1: true, 2: true}, rows: map[uint64]int{}}
	if buried, err := p.deliver(2); err != nil || len(buried) != 2 {
		t.Errorf("buried %v: %v", buried, err)
	}
}

func TestTroubleOnTheWayKeepsWhatWasTaken(t *testing.T) {
	p := &picky{bad: map[uint64]bool{7: true}, rows: map[uint64]int{}}
	var s settled
	s.begin(1)
	down := errors.New("connection reset")
	err := s.settle([]uint64{1, 2, 3, 4, 5, 6, 7, 8}, func(rows []uint64) error {
		if p.sends == 2 {
			return down
		}
		return p.send(rows)
	})
	if !errors.Is(err, down) || len(s.taken) != 4 || len(s.refused) != 0 {
		t.Errorf("%v, %v, %v", err, s.taken, s.refused)
	}
}
