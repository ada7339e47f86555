package stream

// remember keeps a copy of the last bytes of requests that were delivered, at
// most a page, until the server acknowledges them: only until then could it still take other
// bytes in their place, which is how requests are smuggled past a monitor.
// Half of the buffer serves this at most; without room nothing is compared.
func (t *Table) remember(h *half, pos uint64, b []byte) {
	if h.kept == nil {
		if (t.pool.held+pageCost)*2 > t.pool.limit {
			return
		}
		h.kept, h.keptAt = t.pool.get(0), pos
		t.keeping++
	}
	end := pos + uint64(len(b))
	if len(b) > pageSize {
		b = b[len(b)-pageSize:]
	}
	i := int((end - uint64(len(b))) % pageSize)
	n := copy(h.kept.data[i:], b)
	copy(h.kept.data[:], b[n:])
	if end > pageSize {
		h.keptAt = max(h.keptAt, end-pageSize)
	}
}

// forget gives back what was kept.
func (t *Table) forget(h *half) {
	if h.kept != nil {
		t.pool.put(h.kept)
		t.keeping--
		h.kept = nil
	}
}

// unseen reports whether some of n bytes at pos, delivered before, may still be
// replaced on their way to the server, but are kept no more.
func (h *half) unseen(pos uint64, n int) bool {
	return pos+uint64(n) > h.acked && (h.kept == nil || max(pos, h.acked) < h.keptAt)
}

// differs reports whether b, seen before at pos, is not what was kept. A
// keep-alive probe repeats the last byte, mostly as 0, else with any value but
// acknowledged: one such byte proves nothing.
func (h *half) differs(pos uint64, b []byte) bool {
	if h.kept == nil || len(b) == 1 && pos+1 == h.pos && (b[0] == 0 || pos < h.acked) {
		return false
	}
	if pos < h.keptAt {
		skip := min(h.keptAt-pos, uint64(len(b)))
		b, pos = b[skip:], pos+skip
	}
	for len(b) > 0 {
		k := h.kept.data[pos%pageSize:]
		k = k[:min(len(k), len(b))]
		if string(k) != string(b[:len(k)]) {
			return true
		}
		b, pos = b[len(k):], pos+uint64(len(k))
	}
	return false
}
