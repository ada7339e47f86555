package corpus

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// source is one file: what its directives say and its entries.
type source struct {
	file      string
	attack    bool
	label     string
	mode      string
	each      int
	lines     bool
	names     []string
	places    []string
	encodings []string
	entries   []entry
}

// entry is one payload or shape.
type entry struct {
	line int
	text string
}

var directive = regexp.MustCompile(`^@([a-z]+): *(.*)$`)

// readSource reads a file.
func readSource(fsys fs.FS, file string) (*source, error) {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("reading a corpus: %w", err)
	}
	parts := strings.Split(file, "/")
	s := &source{file: file, attack: parts[0] == "attacks", label: path.Base(path.Dir(file)), mode: "value", each: 7}
	lines := strings.Split(string(raw), "\n")
	at := 0
	for ; at < len(lines); at++ {
		m := directive.FindStringSubmatch(lines[at])
		if m == nil && lines[at] != "" && !strings.HasPrefix(lines[at], ";;") {
			break
		}
		if m == nil {
			continue
		}
		if err := s.direct(m[1], m[2]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, at+1, err)
		}
	}
	if err := s.read(lines, at); err != nil {
		return nil, err
	}
	if len(s.entries) == 0 {
		return nil, fmt.Errorf("%s: no entry", file)
	}
	return s, nil
}

func (s *source) direct(name, value string) (err error) {
	switch name {
	case "mode":
		s.mode = value
	case "each":
		s.each, err = strconv.Atoi(value)
	case "lines":
		s.lines = value == "yes"
	case "names":
		s.names = list(value)
	case "places":
		s.places = list(value)
	case "encodings":
		s.encodings = list(value)
	default:
		return fmt.Errorf("unknown directive @%s", name)
	}
	return err
}

func list(value string) []string {
	out := strings.Split(value, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// read reads the entries from a line on.
func (s *source) read(lines []string, at int) error {
	blocks := !s.lines && (s.mode == "xml" || s.mode == "graphql" || s.mode == "request")
	var block []string
	begun := at
	end := func() {
		if text := strings.Trim(strings.Join(block, "\n"), "\n"); text != "" {
			s.entries = append(s.entries, entry{line: begun + 1, text: text})
		}
		block = block[:0]
	}
	for ; at < len(lines); at++ {
		l := lines[at]
		switch {
		case strings.HasPrefix(l, ";;"):
		case blocks && l == "---":
			end()
			begun = at + 1
		case blocks:
			block = append(block, l)
		case l == "":
		case strings.HasPrefix(l, `q"`):
			text, err := strconv.Unquote(l[1:])
			if err != nil {
				return fmt.Errorf("%s:%d: no Go string: %w", s.file, at+1, err)
			}
			s.entries = append(s.entries, entry{line: at + 1, text: text})
		default:
			s.entries = append(s.entries, entry{line: at + 1, text: l})
		}
	}
	end()
	return nil
}
