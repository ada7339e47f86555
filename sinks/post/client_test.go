package post

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/encode"
)

func client(t *testing.T, c Config) *Client {
	t.Helper()
	cl, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	asked := 0
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
	})
	a, err := client(t, Config{URL: url}).Post(context.Background(), "/x", nil, []byte("{}"))
	if err != nil || a.OK() || asked != 1 || !strings.Contains(a.Err().Error(), "redirects are not followed") {
		t.Errorf("%+v, %v, asked %d times", a, err, asked)
	}
}

func TestLinkLocalAddressesAreRefused(t *testing.T) {
	for _, url := range []string{"http://169.254.169.254/", "http://[fe80::1%25lo]:80/", "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/"} {
		_, err := client(t, Config{URL: url}).Post(context.Background(), "", nil, nil)
		if err == nil || !strings.Contains(err.Error(), "link-local") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestBodiesArePacked(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		if text, err := io.ReadAll(z); err != nil || string(text) != "hello" || r.URL.Path != "/base/x" || r.Header.Get("X-Y") != "z" {
			t.Errorf("%q, %v at %s", text, err, r.URL)
		}
	})
	a, err := client(t, Config{URL: url + "/base/", Gzip: true}).Post(context.Background(), "/x", http.Header{"X-Y": {"z"}}, []byte("hello"))
	if err != nil || !a.OK() {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestADestinationMayAskToWait(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		http.Error(w, "slow\r\ndown\x1b[2J", http.StatusTooManyRequests)
	})
	a, err := client(t, Config{URL: url}).Post(context.Background(), "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var later *sinks.Later
	if err := a.Err(); !errors.As(err, &later) || later.After != 7*time.Second || strings.ContainsAny(err.Error(), "\r\n\x1b") {
		t.Errorf("%v", err)
	}
	if d := retryAfter(time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)); d < 59*time.Minute || d > time.Hour {
		t.Errorf("a date: %s", d)
	}
}

func TestAnEndlessAnswerIsCut(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for range 64 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	a, err := client(t, Config{URL: url}).Post(context.Background(), "", nil, nil)
	if err != nil || len(a.Body) != maxAnswer {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBe(t *testing.T) {
	for says, c := range map[string]Config{
		"url is missing":       {},
		"is not https":         {URL: "ftp://host/"},
		"holds a user":         {URL: "https://u:p@host/"},
		"the secret in clear":  {URL: "http://siem.example:8088", Secret: true},
		"is not https://host:": {URL: "https:///x"},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := New(Config{URL: "http://127.0.0.1:1", Secret: true}); err != nil {
		t.Errorf("to this machine: %v", err)
	}
}

func TestSecretsAreRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	for text, want := range map[string]string{"abc\n": "abc", " abc \nmore": "abc", "\n": "", "": ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := NewSecret(file)
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", text, err)
		}
		if got, _ := s.Read(); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// An alert that is too large alone is cut until it is taken, once for all halves.
func TestHalvesCutAnAlertThatIsTooLargeAlone(t *testing.T) {
	large := event.Alert{ID: event.ID{1}, DedupKey: "k", Severity: event.High, Req: event.AlertRequest{Target: strings.Repeat("/a", 50_000)}}
	items := []event.Item{{Kind: event.KindAlert, Alert: &event.Alert{ID: event.ID{2}}}, {Kind: event.KindAlert, Alert: &large}, {Kind: event.KindAlert, Alert: &event.Alert{ID: event.ID{3}}}}
	var sent []event.ID
	err := InHalves(items, func(part []event.Item) error {
		var body []byte
		for i := range part {
			body = encode.AppendAlert(body, part[i].Alert)
		}
		if len(body) > 3000 {
			return ErrTooLarge
		}
		for i := range part {
			sent = append(sent, part[i].Alert.ID)
		}
		return nil
	})
	if err != nil || !slices.Equal(sent, []event.ID{{2}, {1}, {3}}) {
		t.Fatalf("%v, %v", sent, err)
	}
	short := items[1].Alert
	if !slices.Contains(short.Cut, "req.target") || !strings.HasSuffix(short.Message, "req.target)") || len(large.Req.Target) != 100_000 || len(items[0].Alert.Cut) != 0 {
		t.Errorf("cut %v, %q", short.Cut, short.Message)
	}
	var r *sinks.Rejected
	large.DedupKey = strings.Repeat("k", 100_000) // which is what the alert is known by
	items[1].Alert = &large
	if err := InHalves(items[:2], func(part []event.Item) error {
		if len(part) > 1 || part[0].Alert.ID == large.ID {
			return ErrTooLarge
		}
		return nil
	}); !errors.As(err, &r) || r.Index != 1 {
		t.Errorf("%v", err)
	}
}

func TestHalves(t *testing.T) {
	items := make([]event.Item, 9)
	for i := range items {
		items[i].Order.Ord = uint32(i)
	}
	var sent []uint32
	err := InHalves(items, func(part []event.Item) error {
		if len(part) > 2 {
			return ErrTooLarge
		}
		for i := range part {
			sent = append(sent, part[i].Order.Ord)
		}
		return nil
	})
	if err != nil || !slices.Equal(sent, []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("%v, %v", sent, err)
	}
	var r *sinks.Rejected
	err = InHalves(items, func(part []event.Item) error {
		if slices.ContainsFunc(part, func(it event.Item) bool { return it.Order.Ord == 6 }) {
			return ErrTooLarge
		}
		return nil
	})
	if !errors.As(err, &r) || r.Index != 6 {
		t.Errorf("%v", err)
	}
	err = InHalves(items, func(part []event.Item) error {
		if len(part) > 4 {
			return ErrTooLarge
		}
		if part[0].Order.Ord == 4 {
			return &sinks.Rejected{Index: 1, Err: io.EOF}
		}
		return nil
	})
	if !errors.As(err, &r) || r.Index != 5 {
		t.Errorf("%v", err)
	}
}

// Who knows an address to post to may post there, so a failure names its host alone.
func TestAFailureNamesTheHostAlone(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	hangs := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	breaks := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for _, url := range []string{gone.URL, hangs, breaks, "http://127.0.0.1:1"} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := client(t, Config{URL: url + "/services/T0pSecret"}).Post(ctx, "/more?key=T0pSecret", nil, nil)
		cancel()
		if err == nil || strings.Contains(err.Error(), "T0pSecret") || !strings.Contains(err.Error(), url) {
			t.Errorf("%v", err)
		}
		if url == hangs && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v is no end of time", err)
		}
	}
}
