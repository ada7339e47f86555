package detect

import "strings"

// shown returns the text of a find as it may leave the shard. The redactor
// judges the whole of what the text was found in, with every name on the way
// there: the name that makes a secret of it may stand before the part that
// matched, or be a member's name that a decoding step went through.
func (s *scope) shown(f *find) string {
	place := f.place
	for step := range strings.SplitSeq(f.chain, ">") {
		if names, ok := strings.CutPrefix(step, "json."); ok {
			place += "." + names
		}
	}
	if name := s.besideName(f.place); name != "" && strings.IndexByte(name, ' ') < 0 {
		place += "." + name
	}
	whole := f.whole
	if whole == "" {
		whole = f.text
	}
	clean := s.redact(place, whole)
	if clean == whole {
		return f.text
	}
	before := commonPrefix(whole, clean)
	after := commonSuffix(whole[before:], clean[before:])
	end := f.offset + len(f.text)
	switch {
	case f.offset < 0 || end > len(whole) || whole[f.offset:end] != f.text:
		return clean // found in another form of the text: show none of that
	case end <= before, f.offset >= len(whole)-after:
		return f.text // before all that is hidden, or behind it
	}
	return clean[min(f.offset, before):]
}

func commonPrefix(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
