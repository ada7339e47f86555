package main

import (
	"bytes"
	"fmt"
	"strings"

	"spaniel/bench/accuracy/corpus"
	"spaniel/event"
)

// misses lists the errors of the tuned half, those of one entry together: of
// each kind an example, and where else it is wrong. The other half's errors are
// not for who writes matchers.
func misses(cases []corpus.Case, verdicts []verdict) []byte {
	var b bytes.Buffer
	for i := 0; i < len(cases); {
		j := i
		for j < len(cases) && cases[j].File == cases[i].File && cases[j].Shape == cases[i].Shape {
			j++
		}
		if cases[i].Half == corpus.Tune {
			entryMisses(&b, cases[i:j], verdicts[i:j])
		}
		i = j
	}
	return b.Bytes()
}

func entryMisses(b *bytes.Buffer, cases []corpus.Case, verdicts []verdict) {
	for _, kind := range []string{"FALSE", "MISS", "NAMED"} {
		var where []string
		first := -1
		for i := range cases {
			if wrong(&cases[i], &verdicts[i]) != kind {
				continue
			}
			if first < 0 {
				first = i
			}
			where = append(where, cases[i].Place+" "+cases[i].Encoding)
		}
		if first < 0 {
			continue
		}
		c, v := &cases[first], &verdicts[first]
		fmt.Fprintf(b, "%s %s %d of %d; %v %v; in %s\n", kind, c.ID, len(where), len(cases), v.rules, v.family, strings.Join(where, ", "))
		if c.Text != "" {
			fmt.Fprintf(b, "      %.300q\n", c.Text)
		}
		head, body, _ := bytes.Cut(c.Request, []byte("\r\n\r\n"))
		line, _, _ := bytes.Cut(head, []byte("\r\n"))
		fmt.Fprintf(b, "      %.300q %.600q\n", line, body)
		if c.Place == "response" {
			fmt.Fprintf(b, "      %.300q\n", c.Response)
		}
	}
}

// wrong says what is wrong with a verdict, "" if nothing is.
func wrong(c *corpus.Case, v *verdict) string {
	switch {
	case !c.Attack && v.worst >= event.Medium:
		return "FALSE"
	case c.Attack && v.found() < event.Medium:
		return "MISS"
	case c.Attack && !v.names(c):
		return "NAMED"
	}
	return ""
}
