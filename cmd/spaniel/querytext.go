package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"spaniel/internal/config"
	"spaniel/sinks/saved"
)

// maxStatement bounds a file with a statement.
const maxStatement = 1 << 20

// A question is what `query` was asked, in one of three ways.
type question struct {
	sql, file, saved string
	since            string
	params           []string
}

// text is the statement.
func (q *question) text(a *app, cfg *config.Config, now time.Time) (string, error) {
	given := 0
	for _, s := range []string{q.sql, q.file, q.saved} {
		if s != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return "", usage("query needs one of: a statement in quotes, --file FILE, --saved NAME", "spaniel query --help shows examples")
	case q.saved == "" && (q.since != "" || len(q.params) > 0):
		return "", usage("--since and --param belong to --saved", "write the condition into the statement")
	case q.file != "":
		return a.statementOf(q.file)
	case q.saved != "":
		return q.ofSaved(a, cfg, now)
	}
	return q.sql, nil
}

func (a *app) statementOf(file string) (string, error) {
	in := a.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", &problem{code: exitInput, what: "the statement cannot be read", where: file, why: config.Cause(err), cause: err}
		}
		defer f.Close() // read only: nothing to lose
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxStatement+1))
	if err != nil {
		return "", &problem{code: exitInput, what: "the statement cannot be read", where: file, why: config.Cause(err), cause: err}
	}
	if len(text) > maxStatement {
		return "", usage("the statement is longer than 1 MiB", "is it the right file?")
	}
	return string(text), nil
}

func (q *question) ofSaved(a *app, cfg *config.Config, now time.Time) (string, error) {
	var since time.Time
	if q.since != "" {
		var err error
		if since, err = sinceTime(q.since, now); err != nil {
			return "", err
		}
	}
	values := map[string]string{}
	for _, p := range q.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return "", usage(fmt.Sprintf("--param %s is not NAME=VALUE", p), "")
		}
		values[name] = value
	}
	engine := saved.DuckDB
	if _, remote := a.storeFile(cfg); remote != "" {
		engine = saved.ClickHouse
	}
	var names []string
	for _, s := range saved.All() {
		if s.Name != q.saved {
			names = append(names, s.Name)
			continue
		}
		text, err := s.SQL(engine, since, values)
		if err != nil {
			return "", usage(err.Error(), "")
		}
		return text, nil
	}
	return "", usage(fmt.Sprintf("there is no saved query %q", q.saved), suggestion(q.saved, names, "spaniel query --help lists them"))
}

// savedList is the part of the help that lists the questions.
func savedList() string {
	var b strings.Builder
	for _, q := range saved.All() {
		fmt.Fprintf(&b, "  %-20s %s", q.Name, q.Title)
		for _, p := range q.Params {
			fmt.Fprintf(&b, " (--param %s=…)", p)
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}
