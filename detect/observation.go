package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"spaniel/detect/window"
	"spaniel/event"
)

// An Observation is what one call adds to the windows of one rule: the whole
// of what leaves the shard for the ordered stage. It owns its memory and is
// redacted.
type Observation struct {
	*sample // what all observations of a call share
	Rule    string
	// Keys has one text for each key of the rule; "" where the call has none.
	Keys   []string
	Values []window.Value

	row    []window.Value // memory of Values that the stage copies; used again
	rule   *Rule
	number int // of the rule in its set
}

// maxKey bounds a key; a longer one is cut and a hash of the whole appended.
const maxKey = 256

// observe appends the observation of a rule about this call; none if the call
// has none of its keys.
func (j *Judge) observe(n int, r *Rule, out *Findings) (failure error) {
	kept := len(out.Observations)
	o := out.next()
	defer func() {
		if failure != nil {
			out.Observations = out.Observations[:kept]
		}
	}()
	*o = Observation{sample: j.sample, Rule: r.ID, rule: r, number: n, Keys: o.Keys[:0], row: o.row}
	found := len(r.win.keys) == 0
	if found {
		o.Keys = append(o.Keys, "all")
	}
	for i, parts := range r.win.keys {
		key, err := j.key(r, i, parts)
		if err != nil {
			return err
		}
		o.Keys = append(o.Keys, key)
		found = found || key != ""
	}
	if !found {
		out.Observations = out.Observations[:kept]
		return nil
	}
	if r.win.known != nil { // which the stage says, and mostly no
		o.row = slices.Grow(o.row[:0], len(r.win.plan.args))[:len(r.win.plan.args)]
		o.Values = o.row
	} else {
		o.Values = j.slabs[n].take(len(r.win.plan.args))
	}
	for i := range o.Values {
		var err error
		if o.Values[i], err = j.value(r.win.plan, i); err != nil {
			return err
		}
	}
	return nil
}

// next adds an observation that keeps the keys' memory of an old one.
func (f *Findings) next() *Observation {
	if n := len(f.Observations); n < cap(f.Observations) {
		f.Observations = f.Observations[:n+1]
	} else {
		f.Observations = append(f.Observations, Observation{})
	}
	return &f.Observations[len(f.Observations)-1]
}

// sampled makes the sample of the call under judgement, once.
func (j *Judge) sampled(f *Findings) {
	if j.sample != nil {
		return
	}
	n := len(f.samples)
	if n < cap(f.samples) {
		f.samples = f.samples[:n+1]
	} else {
		f.samples = append(f.samples, nil)
	}
	if f.samples[n] == nil {
		f.samples[n] = &sample{}
	}
	j.sample = f.samples[n]
	j.scope.take(j.sample)
	j.sample.lesson = j.taught
}

// value is argument i of a plan for this call, redacted, owning its memory.
func (j *Judge) value(p *plan, i int) (window.Value, error) {
	if p.argMarks[i].will() {
		return j.mark(p, i)
	}
	id := p.argIDs[i]
	if j.memo.hasValue[id] {
		return j.memo.values[id], nil
	}
	v, err := p.args[i].value(&j.vm, j.scope)
	if err != nil {
		return v, err
	}
	if v.Kind == window.Text {
		// A text of its own: what a window keeps must not hold on to a whole head.
		v.Str = j.scope.kept.of(append(j.joined[:0], bounded(j.scope.outgoing(p.argField[i], v.Str, p.argSafe[i]))...))
	}
	return j.memo.keepValue(id, v), nil
}

// mark is a mark of argument i.
func (j *Judge) mark(p *plan, i int) (window.Value, error) {
	id := p.argMarks[i].id
	if j.memo.hasValue[id] {
		return j.memo.values[id], nil
	}
	var err error
	j.joined, err = p.args[i].appendText(j.joined[:0], &j.vm, j.scope)
	if err != nil {
		return window.Value{}, err
	}
	return j.memo.keepValue(id, j.marks.of(j.joined)), nil
}

// key joins the parts of a key; "" if one of them is empty: who has no
// principal has no window for principals.
func (j *Judge) key(r *Rule, n int, parts []*program) (string, error) {
	id := r.win.keyIDs[n]
	if j.memo.hasKey[id] {
		return j.memo.keys[id], nil
	}
	key := j.joined[:0]
	for i, p := range parts {
		text, err := p.display(&j.vm, j.scope)
		if err != nil {
			return "", err
		}
		name := r.By[n][i]
		if text == "" && name == "principal.user" && hasSession(&j.scope.call.Principal) {
			if i > 0 {
				key = append(key, '|')
			}
			key = append(key, userMark...)
			continue
		}
		if text == "" {
			return j.memo.keepKey(id, ""), nil
		}
		f, isField := j.scope.lang.index[name]
		if i > 0 {
			key = append(key, '|')
		}
		key = appendPart(key, j.scope.outgoing(name, text, isField && j.scope.lang.fields[f].safe))
	}
	j.joined = key
	if len(key) > maxKey {
		return j.memo.keepKey(id, bounded(string(key))), nil
	}
	return j.memo.keepKey(id, j.scope.kept.of(key)), nil
}

// hasSession reports a principal whose user a login may have told.
func hasSession(p *event.Principal) bool { return p.Session != "" || p.Kind == "bearer" && p.ID != "" }

// appendPart appends a part of a key with a backslash before what would end
// it: clients choose most parts, and must not be able to choose another key.
func appendPart(key []byte, part string) []byte {
	for i := 0; i < len(part); i++ {
		if part[i] == '|' || part[i] == '\\' {
			key = append(key, '\\')
		}
		key = append(key, part[i])
	}
	return key
}

// bounded keeps a hostile value from filling memory, yet apart from others.
func bounded(s string) string {
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return cut(s, maxKey-33) + "#" + hex.EncodeToString(sum[:16])
}
