package suricata

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"spaniel/internal/importer"
)

// A buffer is a part of a call, with the patterns that are looked for in it.
type buffer struct {
	expr   string
	lines  bool // it is a list of headers, each looked at by itself
	pieces []*piece
	conds  []string
}

// A piece is one content or regular expression.
type piece struct {
	text                            string
	re                              string
	not, nocase                     bool
	start, end                      bool
	depth, offset, distance, within int // -1: not given
	relative                        bool
}

// buffer makes a buffer current, or, in the old form, says which one the last
// content belongs to.
func (s *signature) buffer(name string) error {
	expr, differ, ok := s.known(name)
	if !ok {
		return fmt.Errorf("keyword %q has no counterpart", name)
	}
	if differ != "" {
		s.r.Approx("%s", differ)
	}
	b := s.of(expr)
	if sticky(name) {
		s.current, s.last = b, nil
		return nil
	}
	if s.last == nil || len(s.loose) == 0 {
		return fmt.Errorf("%s follows no content", name)
	}
	p := s.loose[len(s.loose)-1]
	s.loose = s.loose[:len(s.loose)-1]
	b.pieces = append(b.pieces, p)
	return nil
}

// sticky reports a keyword behind which contents are looked for in its buffer;
// the others say it of the content before them. The names with dots are, and of
// the old ones those that never were modifiers.
func sticky(name string) bool {
	switch name {
	case "file_data", "http_content_type", "http_referer", "http_accept", "http_accept_lang", "http_accept_enc", "http_protocol":
		return true
	}
	return strings.Contains(name, ".")
}

func (s *signature) of(expr string) *buffer {
	for _, b := range s.buffers {
		if b.expr == expr {
			return b
		}
	}
	b := &buffer{expr: expr, lines: strings.HasSuffix(expr, ".headers")}
	s.buffers = append(s.buffers, b)
	return b
}

// known is what a keyword's buffer is in a call, and how they differ.
func (s *signature) known(name string) (expr, differ string, ok bool) {
	const headers = "each header is looked at by itself, with its name in small letters"
	side := "req"
	if s.toClient {
		side = "resp"
	}
	switch name {
	case "http.uri", "http_uri", "uricontent":
		return "req.uri", "", true
	case "http.uri.raw", "http_raw_uri":
		return "req.target", "", true
	case "http.method", "http_method":
		return "req.method", "", true
	case "http.user_agent", "http_user_agent":
		return "req.user_agent", "", true
	case "http.host", "http_host", "http.host.raw", "http_raw_host":
		return "req.host", "", true
	case "http.cookie", "http_cookie":
		if s.toClient {
			return `resp.header("set-cookie")`, "", true
		}
		return `req.header("cookie")`, "", true
	case "http.referer", "http_referer":
		return `req.header("referer")`, "", true
	case "http.accept", "http_accept":
		return `req.header("accept")`, "", true
	case "http.accept_lang", "http_accept_lang":
		return `req.header("accept-language")`, "", true
	case "http.accept_enc", "http_accept_enc":
		return `req.header("accept-encoding")`, "", true
	case "http.content_type", "http_content_type":
		return side + `.header("content-type")`, "", true
	case "http.server":
		return `resp.header("server")`, "", true
	case "http.location":
		return `resp.header("location")`, "", true
	case "http.request_body", "http_client_body":
		return "req.body", "", true
	case "http.response_body", "http_server_body":
		return "resp.body", "", true
	case "file.data", "file_data":
		return side + ".body", "", true
	case "http.stat_code", "http_stat_code":
		return "string(resp.status)", "", true
	case "http.stat_msg", "http_stat_msg":
		return "resp.reason", "", true
	case "http.header", "http_header", "http.header.raw", "http_raw_header", "http.request_header", "http.response_header":
		return side + ".headers", headers, true
	case "http.protocol", "http_protocol":
		return side + ".http_version", "", true
	}
	return "", "", false
}

// pattern takes a content, a regular expression, or what is said of the last.
func (s *signature) pattern(name, value string) error {
	switch name {
	case "content", "pcre":
		return s.add(name, value)
	case "urilen":
		of := "len(req.target)"
		if strings.HasSuffix(value, "norm") {
			of = "len(req.uri)"
		}
		cond, err := compared(of, value)
		s.conds = append(s.conds, cond)
		return err
	case "bsize":
		if s.current == nil || s.current.lines {
			return errors.New("bsize follows no buffer")
		}
		cond, err := compared("len("+s.current.expr+")", value)
		s.current.conds = append(s.current.conds, cond)
		return err
	}
	p := s.last
	if p == nil {
		return fmt.Errorf("%s follows no content", name)
	}
	switch name {
	case "nocase":
		p.nocase = true
	case "startswith":
		p.start = true
	case "endswith":
		p.end = true
	case "isdataat":
		if strings.ReplaceAll(value, " ", "") != "!1,relative" {
			return fmt.Errorf("isdataat:%s has no counterpart", value)
		}
		p.end = true
	default:
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n > 900 {
			return fmt.Errorf("%s:%s has no counterpart", name, value)
		}
		*map[string]*int{"depth": &p.depth, "offset": &p.offset, "distance": &p.distance, "within": &p.within}[name] = n
	}
	return nil
}

// compared reads >5, <5, 5, 5<>9.
func compared(expr, value string) (string, error) {
	m := regexp.MustCompile(`^([<>]?)(\d{1,6})(?:<>(\d{1,6}))?(,norm|,raw)?$`).FindStringSubmatch(strings.ReplaceAll(value, " ", ""))
	switch {
	case m == nil:
		return "", fmt.Errorf("length %q has no counterpart", value)
	case m[3] != "":
		return fmt.Sprintf("%s > %s && %s < %s", expr, m[2], expr, m[3]), nil
	case m[1] == "":
		return expr + " == " + m[2], nil
	}
	return expr + " " + m[1] + " " + m[2], nil
}

// add takes a content or a regular expression.
func (s *signature) add(name, value string) error {
	p := &piece{depth: -1, offset: -1, distance: -1, within: -1}
	value, p.not = strings.CutPrefix(value, "!")
	into := s.current
	if name == "content" {
		text, err := content(unquote(strings.TrimSpace(value)))
		if err != nil {
			return err
		}
		p.text = text
	} else {
		expr, err := p.pcre(strings.TrimSpace(value))
		if err != nil {
			return err
		}
		if expr != "" {
			e, _, _ := s.known(expr)
			into = s.of(e)
		}
	}
	s.last = p
	if into == nil {
		s.loose = append(s.loose, p)
		return nil
	}
	into.pieces = append(into.pieces, p)
	return nil
}

// content reads text with bytes in hex between bars.
func content(s string) (string, error) {
	var b strings.Builder
	for i, part := range strings.Split(s, "|") {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		bytes, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			return "", fmt.Errorf("content %q is not well written", s)
		}
		b.Write(bytes)
	}
	for i := range b.Len() {
		if c := b.String()[i]; c >= 0x80 {
			return "", errors.New("a content of bytes that are no ASCII has no counterpart")
		}
	}
	if b.Len() == 0 {
		return "", errors.New("a content is empty")
	}
	return b.String(), nil
}

// pcre reads "/…/flags"; it returns the buffer that a flag names.
func (p *piece) pcre(value string) (buffer string, err error) {
	v := strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`)
	end := strings.LastIndexByte(v, '/')
	if !strings.HasPrefix(v, "/") || end < 1 {
		return "", fmt.Errorf("pcre %.40s is not well written", value)
	}
	flags := ""
	for _, f := range v[end+1:] {
		switch f {
		case 'i', 's', 'm':
			flags += string(f)
		case 'R':
			p.relative = true
		default:
			buffer = map[rune]string{'U': "http.uri", 'I': "http.uri.raw", 'P': "http.request_body", 'Q': "http.response_body", 'M': "http.method", 'C': "http.cookie", 'V': "http.user_agent", 'W': "http.host", 'S': "http.stat_code", 'H': "http.header"}[f]
			if buffer == "" {
				return "", fmt.Errorf("flag %c of a regular expression has no counterpart", f)
			}
		}
	}
	p.re = dialect(strings.ReplaceAll(v[1:end], `\/`, `/`), strings.ContainsRune(flags, 'm'))
	if !strings.ContainsRune(flags, 's') && strings.ContainsRune(p.re, '.') {
		flags += "-s" // what is put together has it
	}
	if flags != "" {
		p.re = "(?" + flags + ":" + p.re + ")"
	}
	if why := importer.CheckRegex(p.re); why != "" {
		return "", errors.New(why)
	}
	return buffer, nil
}
