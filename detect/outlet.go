package detect

// An outlet is what texts of calls go through before they leave the shard, or are
// shown.
type outlet struct {
	cfg       *Config
	addresses addresses
	redactions
}

func (o *outlet) redact(place, text string) string {
	if o.cfg.Redact == nil || text == "" {
		return text
	}
	return o.redactions.of(place, text, o.cfg.Redact)
}

// outgoing is the value of the field or expression named, as it may leave the
// shard: in a key, a window, a message or an alert.
func (o *outlet) outgoing(name, text string, safe bool) string {
	switch name {
	case "req.user", "principal.user":
		if o.cfg.User != nil {
			return o.cfg.User(text)
		}
	case "client.ip", "client.real_ip":
		return o.addresses.show(text, o.cfg.Addr)
	}
	if safe {
		return text
	}
	return o.redact(name, text)
}
