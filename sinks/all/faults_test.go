package all

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/clickhouse"
	"spaniel/sinks/elastic"
	"spaniel/sinks/hec"
	"spaniel/sinks/kafka"
	"spaniel/sinks/siem"
	"spaniel/sinks/sinktest"
	"spaniel/sinks/tlsfiles"
	"spaniel/sinks/webhook"
)

// overNet is a sink of each kind that goes to an address, over TLS or not.
func overNet(t *testing.T, addr string, secure bool) map[string]*Config {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	web, native, transport := "http://"+addr, "clickhouse://"+addr+"/db", "tcp"
	c := map[string]*Config{"kafka": {Kafka: &kafka.Config{Brokers: []string{addr}}}}
	if secure {
		web, native, transport = "https://"+addr, native+"?secure=true", "tls"
		c["kafka"].Kafka.TLS = new(tlsfiles.Config)
	}
	c["clickhouse"] = &Config{ClickHouse: &clickhouse.Config{URL: native}}
	c["clickhouse-http"] = &Config{ClickHouse: &clickhouse.Config{URL: web + "/db"}}
	c["syslog"] = &Config{Syslog: &siem.Config{Address: addr, Transport: transport}}
	c["elastic"] = &Config{Elastic: &elastic.Config{URL: web}}
	c["hec"] = &Config{HEC: &hec.Config{URL: web, TokenFile: token}}
	c["webhook"] = &Config{Webhook: &webhook.Config{URL: web}}
	for name := range c {
		c[name].Name = name
	}
	return c
}

func writerOf(t *testing.T, c *Config) sinks.Writer {
	t.Helper()
	s, err := c.Sink(nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// mends: an error that time may mend.
func mends(err error) bool {
	var r *sinks.Rejected
	var u *sinks.Unwanted
	return err != nil && !errors.As(err, &r) && !errors.As(err, &u)
}

// large is a batch of some megabytes that no packing makes small.
func large() *sinks.Batch {
	rng, enc := rand.New(rand.NewPCG(1, 1)), sinks.NewEncoder()
	b := &sinks.Batch{First: 1, Last: 300}
	for seq := uint64(1); seq <= b.Last; seq++ {
		text := make([]byte, 20_000)
		for i := range text {
			text[i] = byte(rng.Uint32())
		}
		it := event.Item{Kind: event.KindAlert, Alert: &event.Alert{Schema: event.AlertSchema, Message: hex.EncodeToString(text), Severity: event.High}}
		b.Records = append(b.Records, sinks.Record{Seq: seq, Kind: it.Kind, Payload: enc.Append(nil, &it)})
	}
	return b
}

// A destination that takes a kilobyte a second does not hold a sink beyond the
// end of its attempt, and nothing is given up.
func TestASlowReaderIsGivenUpOn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() }) // not before the parallel ones have run
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go trickle(c)
		}
	}()
	b := large()
	for name, c := range overNet(t, l.Addr().String(), false) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := writerOf(t, c)
			ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
			defer cancel()
			if err := w.Write(ctx, b); !mends(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func trickle(c net.Conn) {
	defer c.Close()
	for {
		if _, err := io.CopyN(io.Discard, c, 100); err != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// A server whose certificate nobody trusts gets no record.
func TestAWrongCertificateGetsNothing(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("a request arrived: %s", r.URL) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshakes that fail
	server.StartTLS()
	defer server.Close()
	b, _ := sinktest.Alerts(1, 3)
	for name, c := range overNet(t, server.Listener.Addr().String(), true) {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			err := writerOf(t, c).Write(ctx, b)
			if !mends(err) || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What was taken and whose acknowledgement is lost comes again as it was, so
// that the receiver can tell.
func TestALostAcknowledgementBringsTheSameAgain(t *testing.T) {
	for _, name := range []string{"elastic", "hec", "webhook"} {
		t.Run(name, func(t *testing.T) {
			var got [][]byte
			var keys []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				got, keys = append(got, body), append(keys, r.Header.Get("Idempotency-Key"))
				if len(got) == 1 {
					panic(http.ErrAbortHandler) // the connection breaks
				}
				io.WriteString(w, `{"text":"Success","code":0,"errors":false,"items":[{"index":{"status":201}},{"index":{"status":201}}]}`)
			}))
			defer server.Close()
			w := writerOf(t, overNet(t, server.Listener.Addr().String(), false)[name])
			b, _ := sinktest.Alerts(1, 2)
			if err := w.Write(context.Background(), b); !mends(err) {
				t.Fatalf("got %v", err)
			}
			if err := w.Write(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			if len(got) != 2 || !bytes.Equal(got[0], got[1]) || keys[0] != keys[1] {
				t.Errorf("%d requests, keys %q:\n%q", len(got), keys, got)
			}
		})
	}
}
