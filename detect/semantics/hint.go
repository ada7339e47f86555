package semantics

import (
	"strings"

	"spaniel/event"
)

// hint is what the name of what is called says: of its path, or of the
// operation within one.
type hint struct {
	kind string
	// sure says that the name is enough; else a field must agree.
	sure bool
	// last says that the path's last segment may be the user's name; text that
	// it is the first text of the body.
	last, text bool
	// command says that the name is that of an operation within the body.
	command bool
	// far says that the name stands above the path's last segment.
	far bool
}

// A place is the words of a path's last segments, the last first, ids and
// versions passed over but in the last; ops are those of the parameters with
// which one door tells its commands apart.
type place struct {
	seg [3]words
	ops words
}

func placeOf(path, query string, known *segments) place {
	var p place
	n := 0
	for end := len(path); end > 0 && n < len(p.seg); {
		i := strings.LastIndexByte(path[:end], '/')
		s := path[i+1 : end]
		end = max(i, 0)
		if semi := strings.IndexByte(s, ';'); semi >= 0 {
			s = s[:semi]
		}
		if s == "" {
			continue
		}
		w := words(wOther)
		if len(s) <= 64 {
			w = known.words(s)
		}
		if n > 0 && (w == wFiller || w&^wFiller == wOther && hasDigit(s)) {
			continue // a version, an id
		}
		p.seg[n] = w
		n++
	}
	for rest := query; rest != ""; {
		pair := rest
		if i := strings.IndexByte(rest, '&'); i >= 0 {
			pair, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		k, v, _ := strings.Cut(pair, "=")
		if len(v) <= 64 && commandName(k) {
			p.ops |= wordsOf(v)
		}
	}
	return p
}

// segments remembers the words of segments seen lately: the paths of an API are
// made of few, and of ids. The zero value is ready.
type segments [64]segment

type segment struct {
	text  string
	words words
}

// words is wordsOf, of a segment of at most 64 bytes that is not empty.
func (m *segments) words(s string) words {
	if m == nil {
		return wordsOf(s)
	}
	if len(s) <= maxWord && digits(s) {
		return wFiller // a number says nothing
	}
	k := &m[(uint(s[0])*7+uint(s[len(s)-1])*31+uint(len(s))*5)%uint(len(m))]
	if k.text != s {
		*k = segment{strings.Clone(s), wordsOf(s)}
	}
	return k.words
}

// commandName reports the name of a parameter that says what is to be done.
func commandName(k string) bool {
	var buf [14]byte
	if len(k) > len(buf) {
		return false
	}
	for i := range len(k) {
		buf[i] = k[i]
		if 'A' <= k[i] && k[i] <= 'Z' {
			buf[i] += 'a' - 'A'
		}
	}
	switch string(buf[:len(k)]) {
	case "action", "do", "mode", "task", "route", "controller", "option", "cmd", "command", "op", "operation", "act", "r", "page", "view", "todo", "title", "_task", "_action", "func", "method", "p_p_id", "requesttype", "event":
		return true
	}
	return false
}

// hint judges the place for a method.
func (p *place) hint(method string) hint {
	write := method == "POST" || method == "PUT" || method == "PATCH"
	s0, s1 := p.seg[0], p.seg[1]
	if p.ops&^(wOther|wFiller|wUsers) != 0 {
		s0, s1 = p.ops, s0 // the command is the nearest
	}
	switch {
	case !write && method != "GET" && method != "DELETE":
		return hint{}
	case s0.has(wLogout) && !s0.has(wPage), method == "DELETE" && s0 == wAuth|wSession:
		return hint{kind: "logout", sure: true}
	case method == "GET" && s0.has(wLogin|wAuth) && !s0.has(wPage):
		return hint{kind: "login"}
	case !write || s0.has(wPage):
		return hint{}
	}
	if h := named(s0, s1); h.kind != "" {
		return h
	}
	switch {
	case (s1 | p.seg[2]).has(wPay) && s0.has(wCommit):
		return hint{kind: "payment", sure: true}
	case (s1 | p.seg[2] | p.seg[0]).has(wLogin):
		return hint{kind: "login", last: s1.has(wLogin) && s0 == wOther, far: true}
	case (s1 | p.seg[2] | p.seg[0]).has(wAuth):
		return hint{kind: "login", far: true}
	case method == "POST" && s0&^wFiller == wUsers:
		return hint{kind: "signup"}
	}
	return hint{}
}

// named judges a name by its words; before are those of the name above it.
func named(s, before words) hint {
	both := s | before
	switch {
	case s.has(wChange):
		return hint{} // of a password, of a banner of the login page
	case s.has(wForgot) && (both.has(wPassword|wUsers|wAuth) || s == wForgot), s.has(wReset) && both.has(wPassword|wAuth|wUsers):
		return hint{kind: "reset", sure: true}
	case s == wPassword && before.has(wUsers), s == wPassword|wCreate:
		return hint{kind: "reset"}
	case before == wPassword && s == wFiller: // password/email
		return hint{kind: "reset"}
	case s.has(wOTP), s.has(wVerify) && s.has(wCode), s.has(wVerify) && before.has(wOTP|wLogin):
		return hint{kind: "otp", sure: true}
	case s.has(wVerify) && before.has(wAuth|wUsers):
		return hint{kind: "otp"}
	case s.has(wRefresh):
		return hint{kind: "refresh", sure: both.has(wAuth | wUsers | wLogin)}
	case s.has(wSignup) && !both.has(wDevice):
		return hint{kind: "signup", sure: true}
	case s.has(wCreate) && both.has(wUsers) && !s.has(wToken|wOther|wPay):
		return hint{kind: "signup"}
	case s.has(wPay):
		return hint{kind: "payment", sure: true}
	case s.has(wLogin):
		return hint{kind: "login", sure: !s.has(wOther)}
	case s.has(wAuth):
		return hint{kind: "login"}
	}
	return hint{}
}

// nameHint judges the name of an operation that is not a path.
func nameHint(name string) hint {
	if len(name) > 64 {
		return hint{}
	}
	w := wordsOf(name)
	switch {
	case w.has(wPage):
		return hint{}
	case w.has(wLogout):
		return hint{kind: "logout", sure: true}
	case w.has(wCreate) && w.has(wUsers) && !w.has(wToken|wSession|wPay):
		return hint{kind: "signup"}
	}
	return named(w, 0)
}

// lastOf is a path's last segment, as sent.
func lastOf(c *event.Call) string {
	p := strings.TrimRight(c.Req.Path, "/")
	return p[strings.LastIndexByte(p, '/')+1:]
}
