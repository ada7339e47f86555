package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/goccy/go-yaml"
)

// MaxFile bounds a file that is imported.
const MaxFile = 1 << 20

// A Doc is one YAML document: its top level, in order.
type Doc struct {
	Map  yaml.MapSlice
	Line int
}

// Docs reads the YAML documents of a file. Each is a mapping; others are left
// out.
func Docs(text []byte) (out []Doc, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it cannot be read as YAML: %v", r) // the library's, of a hostile file
		}
	}()
	if len(text) > MaxFile {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", len(text), MaxFile)
	}
	if anchor().Match(text) {
		return nil, errors.New("it has YAML anchors, which can make a small file a large one")
	}
	dec := yaml.NewDecoder(bytes.NewReader(text), yaml.UseOrderedMap())
	for {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("it is not valid YAML: %.200s", oneLine(err.Error()))
		}
		if m, ok := v.(yaml.MapSlice); ok {
			out = append(out, Doc{Map: m, Line: 1})
		}
	}
}

// anchor finds where a value is given a name to be repeated by.
func anchor() *regexp.Regexp { return regexp.MustCompile(`(?m)(^|[:\-\[{,?])[ \t]*&[^\s,\]}]`) }

// Get is the value of a key, nil if there is none.
func Get(m yaml.MapSlice, key string) any {
	for _, it := range m {
		if k, ok := it.Key.(string); ok && k == key {
			return it.Value
		}
	}
	return nil
}

// String is the value of a key as text, "" if there is none.
func String(m yaml.MapSlice, key string) string { return Text(Get(m, key)) }

// Text is a scalar as text; nothing else is.
func Text(v any) string {
	switch v := v.(type) {
	case nil, yaml.MapSlice, []any:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

// List is a list, or a single value as a list of one.
func List(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}
