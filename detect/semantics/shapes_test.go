package semantics_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"spaniel/decode/body"
	"spaniel/detect/semantics"
	"spaniel/event"
)

// A labelled call of testdata. Its file has, for each, a line
//
//	## KIND OUTCOME USER | what it is
//
// (outcome ok, failed or - where no response was seen; user - for none), the
// request's method and target, header fields, the body as it stands, and after
// "-> STATUS" the same of the response. Fields end at the first line that is
// none, or at an empty one. What is not said of a content type follows from
// the body's first byte.
type labelled struct {
	title, kind, outcome, user string
	line                       int
	req, resp                  []string
}

func readLabelled(t *testing.T, file string) (list []labelled) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var at *labelled
	answered := false
	for n, line := range strings.Split(string(raw), "\n") {
		label, begins := strings.CutPrefix(line, "## ")
		switch {
		case begins:
			head, title, _ := strings.Cut(label, " | ")
			f := strings.Fields(head)
			if len(f) != 3 {
				t.Fatalf("%s:%d: label %q", file, n+1, line)
			}
			list = append(list, labelled{title: title, kind: f[0], outcome: f[1], user: f[2], line: n + 1})
			at, answered = &list[len(list)-1], false
		case at == nil:
		case strings.HasPrefix(line, "-> "):
			answered = true
			at.resp = append(at.resp, strings.TrimPrefix(line, "-> "))
		case answered:
			at.resp = append(at.resp, line)
		default:
			at.req = append(at.req, line)
		}
	}
	return list
}

// message fills m from lines of fields and a body.
func message(m *event.Message, lines []string) {
	field := regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*): (.*)$`)
	m.Seen, m.Complete = true, true
	typed := false
	for len(lines) > 0 {
		f := field.FindStringSubmatch(lines[0])
		if f == nil {
			break
		}
		m.Headers = append(m.Headers, event.Header{Name: f[1], Value: f[2]})
		typed = typed || strings.EqualFold(f[1], "content-type")
		lines = lines[1:]
	}
	if len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	text := strings.TrimSuffix(strings.Join(lines, "\n"), "\n")
	m.Raw, m.BodyBytes = []byte(text), uint64(len(text))
	if typed || text == "" {
		return
	}
	ct := "application/x-www-form-urlencoded"
	switch {
	case text[0] == '{' || text[0] == '[':
		ct = "application/json; charset=utf-8"
	case strings.HasPrefix(text, "<?xml") || strings.Contains(text, "Envelope") || strings.HasPrefix(text, "<login") || strings.HasPrefix(text, "<response") || strings.HasPrefix(text, "<methodResponse"):
		ct = "text/xml; charset=utf-8"
	case text[0] == '<':
		ct = "text/html; charset=utf-8"
	}
	m.Headers = append(m.Headers, event.Header{Name: "Content-Type", Value: ct})
}

// call makes the call of a label, with the leaves that the decoder makes.
func (l *labelled) call(t *testing.T, x *body.Expander) *event.Call {
	t.Helper()
	c := &event.Call{}
	c.Reset(x)
	method, target, ok := strings.Cut(l.req[0], " ")
	if !ok || len(l.resp) == 0 {
		t.Fatalf("line %d: no request and response", l.line)
	}
	message(&c.Req.Message, l.req[1:])
	c.Req.Method, c.Req.Target, c.Req.Host = method, target, "x.example"
	c.Req.Path, c.Req.Query, _ = strings.Cut(target, "?")
	status, err := strconv.Atoi(l.resp[0])
	if err != nil {
		t.Fatalf("line %d: %v", l.line, err)
	}
	if status > 0 {
		message(&c.Resp.Message, l.resp[1:])
		c.Resp.Status = status
		if ct := c.Resp.Get("Content-Type"); strings.HasPrefix(ct, "application/x-www") {
			for i := range c.Resp.Headers {
				if c.Resp.Headers[i].Name == "Content-Type" {
					c.Resp.Headers[i].Value = "text/plain"
				}
			}
		}
	}
	return c
}

// score counts what was said beside what is.
type score struct{ right, missed, false int }

func (s score) precision() float64 { return ratio(s.right, s.right+s.false) }
func (s score) recall() float64    { return ratio(s.right, s.right+s.missed) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// figures are what the docs say of a set of files.
type figures struct {
	logins, calls  int
	login, all     score
	users, outcome score // of what was recognised
}

func measure(t *testing.T, files ...string) figures {
	t.Helper()
	var m figures
	x := body.New(body.Config{})
	for _, file := range files {
		for _, l := range readLabelled(t, file) {
			c := l.call(t, x)
			semantics.Enrich(c, func(kind, secret string) string { return kind + "#" + secret }, new(semantics.Memory))
			want := strings.TrimSuffix(l.kind, "none")
			m.calls++
			if want == "login" {
				m.logins++
			}
			wrong := count(&m.all, want, c.Kind, "")
			count(&m.login, want, c.Kind, "login")
			if want != "" && c.Kind == want {
				if user := strings.TrimPrefix(l.user, "-"); c.Principal.User != user {
					wrong += fmt.Sprintf(" user %q for %q", c.Principal.User, user)
					m.users.false++
				} else {
					m.users.right++
				}
				if c.Failed != (l.outcome == "failed") {
					wrong += fmt.Sprintf(" failed %v", c.Failed)
					m.outcome.false++
				} else {
					m.outcome.right++
				}
			}
			if wrong != "" {
				t.Logf("%s:%d: %s %s (%s):%s", file, l.line, l.kind, l.outcome, l.title, wrong)
			}
		}
	}
	return m
}

// count adds one verdict: of one kind, or, with "", of all.
func count(s *score, want, got, kind string) string {
	switch {
	case kind != "" && want != kind && got != kind:
	case want == got:
		if want != "" {
			s.right++
		}
	default:
		if want != "" && (kind == "" || want == kind) {
			s.missed++
		}
		if got != "" && (kind == "" || got == kind) {
			s.false++
		}
		return fmt.Sprintf(" said %q", got)
	}
	return ""
}

// TestLabelledCalls holds the recognition to its figures, which docs/calls.md
// tells. A new shape that is not recognised belongs into the files all the same.
func TestLabelledCalls(t *testing.T) {
	for _, tc := range []struct {
		files                                   []string
		logins                                  int
		precision, recall, all, users, outcomes float64
	}{
		{[]string{"testdata/web.txt", "testdata/api.txt", "testdata/other.txt"}, 250, 0.99, 0.99, 0.98, 0.99, 0.99},
		{[]string{"testdata/second.txt"}, 45, 0.97, 0.9, 0.92, 0.95, 0.95},
	} {
		m := measure(t, tc.files...)
		t.Logf("%d calls, %d logins: login precision %.3f recall %.3f; all kinds %.3f %.3f; user %.3f, outcome %.3f", m.calls, m.logins,
			m.login.precision(), m.login.recall(), m.all.precision(), m.all.recall(), m.users.precision(), m.outcome.precision())
		if m.logins < tc.logins || m.login.precision() < tc.precision || m.login.recall() < tc.recall || min(m.all.precision(), m.all.recall()) < tc.all ||
			m.users.precision() < tc.users || m.outcome.precision() < tc.outcomes {
			t.Errorf("%v: below %+v", tc.files, tc)
		}
	}
}
