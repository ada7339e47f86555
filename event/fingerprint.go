package event

// Fingerprint is the client's fingerprint: a hash of the request's header
// names, without regard to case, in wire order (FNV-1a, 64 bits). What the
// values say does not count, so one program keeps one fingerprint over many
// addresses; 0 when no request was seen.
func (c *Call) Fingerprint() uint64 {
	if !c.Req.Seen {
		return 0
	}
	if c.Known != 0 {
		return c.Known
	}
	h := uint64(14695981039346656037)
	for i := range c.Req.Headers {
		name := c.Req.Headers[i].Name
		for j := 0; j < len(name); j++ {
			h = (h ^ uint64(lower(name[j]))) * 1099511628211
		}
		h = (h ^ '\n') * 1099511628211
	}
	return h
}
