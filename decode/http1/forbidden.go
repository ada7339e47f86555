package http1

import "spaniel/event"

// announces reports whether the fields promise a body of at least a byte.
func (f *facts) announces() bool { return f.hasTE || f.hasLength && f.length > 0 }

// forbid looks at what follows a response that may have no body, announces
// one, and is to be the connection's last: some readers take it for the body,
// and it can be nothing else.
func (h *half) forbid(f facts, at event.Stamp) {
	kind, n := f.otherwise(lenClose)
	if f.chunked {
		kind, n = lenChunked, 0
	}
	h.enter(kind, n, at)
	h.suspect()
	h.forbidden = true
}
