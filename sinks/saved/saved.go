// Package saved holds the queries that ship with Spaniel, a file each, in the
// SQL that the embedded store and ClickHouse both understand; what they do not
// share, a placeholder stands for. It asks nobody: it gives the text.
package saved

import (
	"embed"
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

//go:embed queries/*.sql
var files embed.FS

// An Engine is whose SQL is wanted.
type Engine uint8

// The two engines.
const (
	DuckDB Engine = iota
	ClickHouse
)

// A Query is one question.
type Query struct {
	// Name is that of its file; Title says what it answers.
	Name, Title string
	// Params are the values it needs, by name.
	Params []string

	text string
}

// All lists the queries by name.
func All() []Query {
	entries, err := fs.ReadDir(files, "queries")
	if err != nil {
		panic(err) // it is embedded
	}
	var out []Query
	for _, e := range entries {
		text, err := fs.ReadFile(files, path.Join("queries", e.Name()))
		if err != nil {
			panic(err) // it is embedded
		}
		title, body, _ := strings.Cut(string(text), "\n")
		q := Query{Name: strings.TrimSuffix(e.Name(), ".sql"), Title: strings.TrimPrefix(title, "-- "), text: strings.TrimSpace(body)}
		for _, m := range placeholder().FindAllStringSubmatch(body, -1) {
			if name := param(m[1]); name != "" && !slices.Contains(q.Params, name) {
				q.Params = append(q.Params, name)
			}
		}
		out = append(out, q)
	}
	return out
}

func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{([a-z:()]+)\}`) }

// param is the value that a placeholder stands for, "" if it needs none.
func param(holder string) string {
	if holder == "alerts" || strings.HasPrefix(holder, "since") {
		return ""
	}
	return strings.TrimPrefix(holder, "ip:")
}

// SQL is the text for an engine: of what is not older than since, where that
// is not zero, and with a value for each of Params. Values are quoted, so that
// none can be more than a value.
func (q *Query) SQL(e Engine, since time.Time, values map[string]string) (string, error) {
	for name := range values {
		if !slices.Contains(q.Params, name) {
			return "", fmt.Errorf("query %s takes no %q: it takes %s", q.Name, name, q.takes())
		}
	}
	var err error
	text := placeholder().ReplaceAllStringFunc(q.text, func(s string) string {
		holder := strings.Trim(s, "{}")
		name := param(holder)
		if name == "" {
			return fixed(holder, e, since)
		}
		v, ok := values[name]
		if !ok {
			err = fmt.Errorf("query %s needs %s: --param %s=VALUE", q.Name, q.takes(), name)
			return ""
		}
		if strings.HasPrefix(holder, "ip:") {
			if _, perr := netip.ParseAddr(v); perr != nil {
				err = fmt.Errorf("query %s: %s is %q, which is no address", q.Name, name, v)
				return ""
			}
			if e == ClickHouse {
				return "toIPv6(" + quote(v, e) + ")"
			}
		}
		return quote(v, e)
	})
	return text, err
}

func (q *Query) takes() string {
	if len(q.Params) == 0 {
		return "nothing"
	}
	return strings.Join(q.Params, ", ")
}

// fixed is what a placeholder without a value stands for.
func fixed(holder string, e Engine, since time.Time) string {
	if holder == "alerts" {
		if e == ClickHouse {
			return "alerts FINAL" // without doubles
		}
		return "alerts"
	}
	column := "ts"
	if _, other, ok := strings.Cut(holder, ":"); ok {
		column = other
	}
	if since.IsZero() {
		return "1 = 1"
	}
	return column + " >= '" + since.UTC().Format("2006-01-02 15:04:05") + "'"
}

// quote makes a string literal. A backslash is an escape in ClickHouse alone.
func quote(s string, e Engine) string {
	if e == ClickHouse {
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
