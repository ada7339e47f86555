package detect

import (
	"crypto/sha256"
	"encoding/hex"

	"spaniel/detect/window"
	"spaniel/event"
)

// An Observation is what one call adds to the windows of one rule: the whole
// of what leaves the shard for the ordered stage. It owns its memory and is
// redacted.
type Observation struct {
	Order event.Order
	// Time is the call's own; Order.Clock is what windows slide on.
	Time int64
	Rule string
	// Keys has one text for each key of the rule; "" where the call has none.
	Keys   []string
	Values []window.Value
	Call   event.ID

	rule   *Rule
	sample *sample
}

// maxKey bounds a key; a longer one is cut and a hash of the whole appended.
const maxKey = 256

// observe makes the observation of a rule about this call; nil if the call
// has none of its keys.
func (j *Judge) observe(r *Rule) (*Observation, error) {
	o := &Observation{Order: j.scope.call.Order, Time: j.scope.call.Time, Rule: r.ID, Call: j.scope.call.ID, rule: r, sample: j.sample}
	found := len(r.win.keys) == 0
	o.Keys = make([]string, max(1, len(r.win.keys)))
	if found {
		o.Keys[0] = "all"
	}
	for i, parts := range r.win.keys {
		key, err := j.key(r, i, parts)
		if err != nil {
			return nil, err
		}
		o.Keys[i] = key
		found = found || key != ""
	}
	if !found {
		return nil, nil
	}
	o.Values = make([]window.Value, len(r.win.plan.args))
	for i, p := range r.win.plan.args {
		var err error
		if o.Values[i], err = p.value(&j.vm, j.scope); err != nil {
			return nil, err
		}
		if o.Values[i].Kind == window.Text {
			o.Values[i].Str = bounded(j.scope.outgoing(r.win.plan.argField[i], o.Values[i].Str, r.win.plan.argSafe[i]))
		}
	}
	return o, nil
}

// key joins the parts of a key; "" if one of them is empty: who has no
// principal has no window for principals.
func (j *Judge) key(r *Rule, n int, parts []*program) (string, error) {
	key := ""
	for i, p := range parts {
		text, err := p.display(&j.vm, j.scope)
		if err != nil {
			return "", err
		}
		if text == "" {
			return "", nil
		}
		name := r.By[n][i]
		f, isField := j.scope.lang.index[name]
		text = j.scope.outgoing(name, text, isField && j.scope.lang.fields[f].safe)
		if i > 0 {
			key += "|"
		}
		key += text
	}
	return bounded(key), nil
}

// bounded keeps a hostile value from filling memory, yet apart from others.
func bounded(s string) string {
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return cut(s, maxKey-33) + "#" + hex.EncodeToString(sum[:16])
}
