package detect

// madeText is a text that many rules ask for and that is made of what the call has:
// once for all of them, and unboxed.
type madeText struct {
	text string
	has  bool
}

// The texts that are made.
const (
	noMadeText = iota - 1
	endpointText
	reqTypeText
	respTypeText
	madeTexts
)

// madeTextOf is the number of the field among the made texts, noMadeText if it is
// none.
func madeTextOf(field string) int {
	switch field {
	case "endpoint":
		return endpointText
	case "req.content_type":
		return reqTypeText
	case "resp.content_type":
		return respTypeText
	}
	return noMadeText
}

// makeText is the made text of that number.
func (s *scope) makeText(n int) string {
	m := &s.made[n]
	if m.has {
		return m.text
	}
	m.has = true
	switch c := s.call; n {
	case endpointText:
		b := append(append(s.joined[:0], c.Req.Method...), ' ')
		s.joined = append(append(b, c.Req.Host...), c.Route...)
		m.text = s.kept.of(s.joined)
	case reqTypeText:
		m.text = mediaType(&c.Req.Message)
	case respTypeText:
		m.text = mediaType(&c.Resp.Message)
	}
	return m.text
}
