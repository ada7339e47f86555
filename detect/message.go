package detect

import (
	"math"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/vm"
)

// maxMessage bounds the message of an alert, in bytes.
const maxMessage = 500

// message is a text with holes: "{count()} logins from {client.ip}".
type message struct {
	parts []part
}

// part is literal text, or an expression on the call or the window.
type part struct {
	text   string
	call   *program
	window *windowProgram
	place  string
	safe   bool
}

// compileMessage compiles the holes: on one call, or on a window if p is not
// nil, where a field alone means its value in the last call.
func (l *language) compileMessage(src string, p *plan) (*message, []fault) {
	m := &message{}
	var faults []fault
	runes := []rune(src)
	for i := 0; i < len(runes); {
		open := indexRune(runes, i, '{')
		if open < 0 {
			m.parts = append(m.parts, part{text: string(runes[i:])})
			break
		}
		m.parts = append(m.parts, part{text: string(runes[i:open])})
		end := indexRune(runes, open, '}')
		if end < 0 {
			return nil, append(faults, fault{from: open, width: 1, message: "a hole is not closed", remedy: "end it with }"})
		}
		pt, fs := l.compileHole(string(runes[open+1:end]), p)
		faults = append(faults, shift(fs, open+1)...)
		m.parts = append(m.parts, pt)
		i = end + 1
	}
	return m, faults
}

func (l *language) compileHole(src string, p *plan) (part, []fault) {
	pt := part{place: strings.TrimSpace(src)}
	i, isField := l.index[pt.place]
	pt.safe = isField && l.fields[i].safe
	if p == nil {
		var fs []fault
		pt.call, fs = l.compile(src, wantText)
		if len(fs) == 0 {
			pt.safe = pt.safe || valueType(pt.call.typ) != "string"
		}
		return pt, fs
	}
	// What a window holds is redacted before it gets there.
	pt.safe = true
	if isField {
		src = "last(" + pt.place + ")"
	}
	var fs []fault
	pt.window, fs = l.compileWindow(p, src, wantText)
	return pt, fs
}

func indexRune(runes []rune, from int, r rune) int {
	for i := from; i < len(runes); i++ {
		if runes[i] == r {
			return i
		}
	}
	return -1
}

// render fills the holes. env is the scope or the frame. A hole that cannot
// be computed makes an error, and the alert falls back on the rule's title.
func (m *message) render(machine *vm.VM, env any, outgoing func(name, text string, safe bool) string) (string, error) {
	var b strings.Builder
	for i := range m.parts {
		p := &m.parts[i]
		prog := p.call
		if p.window != nil {
			prog = p.window.program
		}
		if prog == nil {
			b.WriteString(p.text)
			continue
		}
		text, err := prog.display(machine, env)
		if err != nil {
			return "", err
		}
		text = outgoing(p.place, text, p.safe)
		b.WriteString(cut(text, maxText))
	}
	return cut(b.String(), maxMessage), nil
}

// display writes a value as a reader expects it: whole numbers without a
// point, others with at most two decimals.
func display(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
	}
	return ""
}

// cut shortens s to at most n bytes, at the start of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}
