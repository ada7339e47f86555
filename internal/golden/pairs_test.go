package golden

import (
	"fmt"
	"slices"
	"testing"
)

// A located is a message and the frame that ended it.
type located struct {
	message
	frame uint64
}

// A pair is a request and the response that answers it.
type pair struct{ request, response located }

func (p pair) String() string {
	return fmt.Sprintf("%v (frame %d) answered by %v (frame %d)", p.request.message, p.request.frame, p.response.message, p.response.frame)
}

// A listed is a message as tshark lists it. Its lists have no link between the
// two halves of a call: what they have is the order in a connection.
type listed struct {
	located
	stream string
}

// pairs derives which response answers which request. Only the connections
// count that leave no choice: as many final responses as requests, and never
// more of them so far.
func pairs(list []listed) (out []pair) {
	type state struct {
		waiting []located
		pairs   []pair
		unsure  bool
	}
	byStream := map[string]*state{}
	var order []*state
	for _, l := range list {
		s := byStream[l.stream]
		if s == nil {
			s = new(state)
			byStream[l.stream] = s
			order = append(order, s)
		}
		switch {
		case l.status == "":
			s.waiting = append(s.waiting, l.located)
		case len(s.waiting) == 0:
			s.unsure = true
		default:
			s.pairs = append(s.pairs, pair{s.waiting[0], l.located})
			s.waiting = s.waiting[1:]
		}
	}
	for _, s := range order {
		if !s.unsure && len(s.waiting) == 0 {
			out = append(out, s.pairs...)
		}
	}
	return out
}

// mispaired returns the pairs of want whose request is in got with another
// response. Frames tell equal messages apart; where tshark and Spaniel differ
// about the frame that ends a message, its words must do.
func mispaired(want, got []pair) (wrong []pair, compared int) {
	left := slices.Clone(got)
	for _, w := range want {
		same := func(g pair) bool { return w.request.equal(g.request.message) && w.request.frame == g.request.frame }
		if !slices.ContainsFunc(left, same) {
			same = func(g pair) bool { return w.request.equal(g.request.message) }
		}
		if !slices.ContainsFunc(left, same) {
			continue // one of the halves is missing, or stands alone
		}
		compared++
		i := slices.IndexFunc(left, func(g pair) bool {
			return same(g) && w.response.message == g.response.message && w.response.frame == g.response.frame
		})
		if i < 0 {
			i = slices.IndexFunc(left, func(g pair) bool { return same(g) && w.response.message == g.response.message })
		}
		if i < 0 {
			wrong = append(wrong, w)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	return wrong, compared
}

// TestPairsOfLists holds the derivation itself: order within a connection, and
// no word about connections that leave a choice.
func TestPairsOfLists(t *testing.T) {
	req := func(stream, target string, frame uint64) listed {
		return listed{located{message{method: "GET", target: target}, frame}, stream}
	}
	resp := func(stream, status string, frame uint64) listed {
		return listed{located{message{status: status}, frame}, stream}
	}
	got := pairs([]listed{
		req("1", "/a", 1), req("1", "/b", 1), req("2", "/c", 2), resp("2", "404", 3), resp("1", "200", 4), resp("1", "500", 5),
		resp("3", "200", 6), req("3", "/d", 7), req("4", "/e", 8),
	})
	want := []pair{
		{located{message{method: "GET", target: "/a"}, 1}, located{message{status: "200"}, 4}},
		{located{message{method: "GET", target: "/b"}, 1}, located{message{status: "500"}, 5}},
		{located{message{method: "GET", target: "/c"}, 2}, located{message{status: "404"}, 3}},
	}
	if !slices.Equal(got, want) {
		t.Errorf("pairs: %v, want %v", got, want)
	}
	swapped := []pair{{want[0].request, want[1].response}, {want[1].request, want[0].response}, want[2]}
	if wrong, n := mispaired(want, swapped); n != 3 || len(wrong) != 2 {
		t.Errorf("two answers swapped: %d of %d pairs are wrong, want 2 of 3: %v", len(wrong), n, wrong)
	}
	if wrong, n := mispaired(want, want); n != 3 || wrong != nil {
		t.Errorf("the same pairs: %v of %d are wrong", wrong, n)
	}
}
