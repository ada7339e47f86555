package detect

import "hash/maphash"

// answers remembers what searches found in texts that come with nearly every call:
// types of contents, agents, hosts. A newer answer takes the place of an older one.
type answers struct {
	seed maphash.Seed
	list []answer
}

type answer struct {
	search   int
	text     []byte // its memory is used again
	from, to int
	ok       bool
}

// answersKept is how many, answerLen the longest text.
const answersKept, answerLen = 256, 128

// of is find(text), of the search of that number, from 1 on.
func (a *answers) of(search int, find finder, text string) (int, string, bool) {
	if len(text) > answerLen {
		return find(text)
	}
	if a.list == nil {
		a.seed, a.list = maphash.MakeSeed(), make([]answer, answersKept)
	}
	e := &a.list[(maphash.String(a.seed, text)+uint64(search)*0x9e3779b1)%answersKept]
	if e.search != search || string(e.text) != text {
		from, match, ok := find(text)
		*e = answer{search, append(e.text[:0], text...), from, from + len(match), ok}
	}
	if !e.ok {
		return 0, "", false
	}
	return e.from, text[e.from:e.to], true
}

// recurs reports a field of which most calls have the value of another.
func recurs(field string) bool {
	switch field {
	case "resp.content_type", "req.content_type", "req.user_agent", "req.host", "req.route":
		return true
	}
	return false
}
