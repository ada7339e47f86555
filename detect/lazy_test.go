package detect

import (
	"testing"

	"spaniel/event"
)

// watched counts what is asked of it. It has no outline, which looks at values to
// spare making leaves of them.
type watched struct {
	list           []event.Leaf
	bodies, leaves int
}

func (w *watched) Body(_ *event.Call, m *event.Message) []byte {
	w.bodies++
	return m.Raw
}

func (w *watched) Leaves(_ *event.Call, dst []event.Leaf) []event.Leaf {
	w.leaves++
	return append(dst, w.list...)
}

// TestNothingIsDecodedUnasked: of a call is made what a rule looks at, and nothing
// else: no body and no leaves for a rule about heads, no reading for one about values
// as sent.
func TestNothingIsDecodedUnasked(t *testing.T) {
	for _, c := range []struct {
		name, when     string
		bodies, leaves int
		read           []string
	}{
		{"the head alone", `req.method == "POST" && resp.status == 404`, 0, 0, nil},
		{"the response's body", `contains_any(resp.body, ["nothing of this"])`, 1, 0, nil},
		{"a value as sent", `any(req.leaves, .place == "query.b" && .value == "x'")`, 0, 1, nil},
		{"all readings of values", `any(req.leaves, sqli(#))`, 0, 1, []string{"query.a"}},
		{"the same, where the head does not hold", `resp.status == 404 && any(req.leaves, sqli(#))`, 0, 0, nil},
	} {
		w := &watched{}
		var read []string
		for _, place := range []string{"query.a", "query.b", "body.c"} {
			l := leaf(place, "%78' or")
			l.Expand = func(l *event.Leaf) []event.Reading {
				read = append(read, l.Place)
				return []event.Reading{{Text: l.Value}, {Chain: "percent", Text: "x' or"}}
			}
			w.list = append(w.list, l)
		}
		set := load(t, "id: asks\ntitle: Asks\nseverity: low\ncategory: injection/sqli\nwhen: >-\n  "+c.when+"\ntests:\n  - silent: GET /\n")
		call := newCall("POST /items?a=1", 200, 1)
		call.Reset(w)
		call.Resp.Raw = []byte("some body of an answer")
		j := NewJudge(set, &Config{})
		var out Findings
		j.Call(call, &out)
		if w.bodies != c.bodies || w.leaves != c.leaves || len(read) > 0 != (len(c.read) > 0) || len(read) > 0 && read[0] != c.read[0] {
			t.Errorf("%s: %d bodies, leaves %d times, readings of %q; want %d, %d, %q", c.name, w.bodies, w.leaves, read, c.bodies, c.leaves, c.read)
		}
	}
}
