package list

import "spaniel/detect/text"

// texts is a list of texts with the time each ends.
type texts struct {
	until map[string]int64
	fold  bool
	// longest is the bytes of the longest: no longer value need be hashed.
	longest int
}

func (t *texts) add(entry string, until int64) (string, string) {
	if t.fold {
		entry = text.Lower(entry)
	}
	t.longest = max(t.longest, len(entry))
	t.until[entry] = max(until, t.until[entry])
	return "", ""
}

func (t *texts) finish() (string, string) { return "", "" }
func (t *texts) cost() int                { return 1 }

func (t *texts) find(s string, now int64) (int, string, bool) {
	if len(s) > t.longest {
		return 0, "", false
	}
	key := s
	if t.fold {
		key = text.Lower(s)
	}
	if until, ok := t.until[key]; ok && now < until {
		return 0, s, true
	}
	return 0, "", false
}
