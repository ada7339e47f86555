package detect

import (
	"encoding/base64"
	"strings"

	"spaniel/detect/learned"
	"spaniel/detect/text"
	"spaniel/event"
)

// Bounds of what a lesson tells of tokens and of pieces of script.
const (
	maxTokenText  = 4096
	maxTokensSeen = 1024
	maxPieces     = 32
)

// tokensSeen remembers what the tokens that came lately show: a client sends the
// same with every call. Hosts are not in it.
type tokensSeen struct{ known map[string]learned.TokenSeen }

// of is what a token shows; its Content is 0 where the text is none.
func (m *tokensSeen) of(token string) learned.TokenSeen {
	if t, ok := m.known[token]; ok {
		return t
	}
	t := tokenSeen(token)
	if len(token) > maxTokenText {
		return t
	}
	if m.known == nil || len(m.known) >= maxTokensSeen {
		m.known = make(map[string]learned.TokenSeen)
	}
	m.known[strings.Clone(token)] = t
	return t
}

func tokenSeen(token string) (t learned.TokenSeen) {
	j, ok := text.ParseJWT(token)
	if !ok || j.Encrypted || !j.Signed {
		return t
	}
	dot := strings.LastIndexByte(token, '.')
	t.Issuer, t.Alg = learned.HashID(j.Iss), learned.AlgOf(j.Alg)
	t.Content = learned.HashID(token[:dot])
	signature := []byte(token[dot+1:])
	if raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(token[dot+1:], "=")); err == nil {
		signature = raw // the last letter has bits that say nothing
	}
	t.Signature = learned.HashID(signature)
	return t
}

// tokenOf notes the token that says who calls.
func (j *Judge) tokenOf(l *learned.Lesson, c *event.Call) {
	if c.Principal.Kind != "jwt" {
		return
	}
	token := strings.TrimSpace(c.Req.Get("authorization"))
	if len(token) > 7 && foldEqual(token[:7], "bearer ") {
		token = strings.TrimSpace(token[7:])
	}
	if token == "" {
		return // it is in a cookie
	}
	if l.Token = j.tokensSeen.of(token); l.Token.Content != 0 {
		l.Token.Content = learned.IDOf(learned.HashID(c.Req.Host), l.Token.Content)
	}
}

// piecesOf notes the pieces of script that a request brings to be kept, and those
// that a page holds which its own request did not bring.
func (j *Judge) piecesOf(l *learned.Lesson, c *event.Call) {
	page := c.Resp.Status >= 200 && c.Resp.Status < 300 && contentIs(c.Resp.Get("content-type"), "text/html")
	keeps := c.Resp.Status < 400 && (c.Req.Method == "POST" || c.Req.Method == "PUT" || c.Req.Method == "PATCH")
	if !page && !keeps {
		return
	}
	l.Call = c.ID
	host := learned.HashID(c.Req.Host)
	if j.view.MayHold(j.scope.lang.scriptTest) {
		j.brought(l, c, host)
	}
	if page {
		text.ScriptPieces(c.RespBody(), func(piece []byte) bool {
			l.Served = addPiece(l.Served, l.Stored, learned.IDOf(host, learned.HashID(piece)))
			return len(l.Served) < maxPieces
		})
	}
	if !keeps {
		l.Stored = l.Stored[:0]
	}
}

// brought notes the pieces in the values of a request that are an attack.
func (j *Judge) brought(l *learned.Lesson, c *event.Call, host uint64) {
	leaves := c.Leaves()
	for i := range leaves {
		leaf := &leaves[i]
		if !sentValue(leaf.Kind) || len(leaf.Value) < 14 {
			continue
		}
		for _, r := range leaf.Readings() {
			if strings.IndexByte(r.Text, '<') < 0 {
				continue
			}
			if _, _, hit := text.XSS(r.Text); !hit {
				continue
			}
			text.ScriptPieces([]byte(r.Text), func(piece []byte) bool {
				l.Stored = addPiece(l.Stored, nil, learned.IDOf(host, learned.HashID(piece)))
				return len(l.Stored) < maxPieces
			})
		}
	}
}

// contentIs reports a type of contents, whatever its parameters.
func contentIs(value, media string) bool {
	return len(value) >= len(media) && foldEqual(value[:len(media)], media)
}

// addPiece adds a piece to a list that does not hold it, and of which another is no
// owner.
func addPiece(list, others []uint64, piece uint64) []uint64 {
	for _, h := range list {
		if h == piece {
			return list
		}
	}
	for _, h := range others {
		if h == piece {
			return list
		}
	}
	return append(list, piece)
}
