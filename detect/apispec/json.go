package apispec

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// jsonReader makes nodes of a JSON text. What no one asks for is passed over
// without a node: most of a document are schemas.
type jsonReader struct {
	text string
	dec  *json.Decoder
	line int // of at, from 1
	at   int // offset
	from int // offset of the line's first byte
}

// readJSON reads the one value of a text, of its top only the keys wanted.
func readJSON(text string, wanted []string) (*node, *Fault) {
	r := &jsonReader{text: text, dec: json.NewDecoder(strings.NewReader(text)), line: 1}
	r.dec.UseNumber()
	root, err := r.value(wanted, 0)
	if err == nil {
		if _, err = r.dec.Token(); errors.Is(err, io.EOF) {
			return &root, nil
		} else if err == nil {
			err = errors.New("something follows the document's end")
		}
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		r.seek(int(syntax.Offset) - 1)
	} else {
		r.seek(int(r.dec.InputOffset()))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the text ends in the midst of it")
	}
	return nil, &Fault{Line: r.line, Col: r.column(), Width: 1, Message: "not valid JSON: " + err.Error()}
}

// seek moves to an offset that is not before the last one.
func (r *jsonReader) seek(to int) {
	to = min(max(to, r.at), len(r.text))
	for r.at < to {
		i := strings.IndexByte(r.text[r.at:to], '\n')
		if i < 0 {
			break
		}
		r.at += i + 1
		r.line, r.from = r.line+1, r.at
	}
	r.at = to
}

func (r *jsonReader) column() int { return utf8.RuneCountInString(r.text[r.from:r.at]) + 1 }

// token is the next one, with where it begins.
func (r *jsonReader) token() (json.Token, node, error) {
	before := int(r.dec.InputOffset())
	t, err := r.dec.Token()
	if err != nil {
		return nil, node{}, err
	}
	for before < len(r.text) && strings.IndexByte(" \t\r\n,:", r.text[before]) >= 0 {
		before++
	}
	r.seek(before)
	return t, node{line: r.line, col: r.column()}, nil
}

// value reads one; wanted, if any, are the keys of it that are kept.
func (r *jsonReader) value(wanted []string, depth int) (node, error) {
	t, n, err := r.token()
	if err != nil {
		return n, err
	}
	if depth > maxDepth {
		return n, fmt.Errorf("it nests deeper than %d levels", maxDepth)
	}
	d, ok := t.(json.Delim)
	if !ok {
		if n.text, ok = t.(string); !ok {
			n.text = fmt.Sprint(t)
		}
		return n, nil
	}
	n.kind = list
	if d == '{' {
		n.kind = mapping
	}
	for r.dec.More() {
		if n.kind == mapping {
			t, k, err := r.token()
			if err != nil {
				return n, err
			}
			k.text, _ = t.(string)
			if wanted != nil && !contains(wanted, k.text) || depth > 1 && passedOver(k.text) {
				if err := r.pass(depth + 1); err != nil {
					return n, err
				}
				continue
			}
			n.keys = append(n.keys, k)
		}
		v, err := r.value(nil, depth+1)
		if err != nil {
			return n, err
		}
		n.values = append(n.values, v)
	}
	_, err = r.dec.Token() // the closing bracket
	return n, err
}

// pass reads over a value.
func (r *jsonReader) pass(depth int) error {
	for open := 0; ; {
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		if d, ok := t.(json.Delim); ok && (d == '{' || d == '[') {
			if open++; depth+open > maxDepth {
				return fmt.Errorf("it nests deeper than %d levels", maxDepth)
			}
		} else if ok {
			open--
		}
		if open == 0 {
			return nil
		}
	}
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}
