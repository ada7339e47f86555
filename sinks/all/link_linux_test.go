package all

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"spaniel/event"
	"spaniel/internal/linktest"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
	"spaniel/sinks/tlsfiles"
)

// A far is a destination behind a link, which tells what it has: a text for each
// record or request.
type far struct {
	link *linktest.Link
	sink *Config
	got  func(t *testing.T) []string
}

// fars are one of each kind that goes over a network and can be played here.
func fars(t *testing.T) map[string]*far {
	t.Helper()
	out := map[string]*far{"kafka": farKafka(t), "syslog": farSyslog(t, false), "syslog-tls": farSyslog(t, true)}
	for _, name := range []string{"elastic", "hec", "webhook"} {
		out[name] = farWeb(t, name)
	}
	return out
}

// seen is what arrived.
type seen struct {
	mu   sync.Mutex
	text []string
}

func (s *seen) add(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, text)
}

func (s *seen) all(*testing.T) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.text)
}

// farKafka is a broker that tells clients the link's address as its own.
func farKafka(t *testing.T) *far {
	t.Helper()
	f := new(far)
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "spaniel.alerts.v1"), kfake.ListenFn(func(network, address string) (net.Listener, error) {
		ln, err := net.Listen(network, address)
		if err != nil {
			return nil, err
		}
		f.link = linktest.New(t, ln.Addr().String())
		return &behind{ln, f.link}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	f.sink = overNet(t, f.link.Addr().String(), false)["kafka"]
	f.got = func(t *testing.T) []string { return everything(t, c.ListenAddrs(), "spaniel.alerts.v1") }
	return f
}

type behind struct {
	net.Listener
	link *linktest.Link
}

func (b *behind) Addr() net.Addr { return b.link.Addr() }

// everything reads a topic from its beginning to its end.
func everything(t *testing.T, brokers []string, topic string) (out []string) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.ConsumeTopics(topic))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	next := map[int32]int64{}
	for {
		fetched := cl.PollFetches(ctx)
		if err := fetched.Err(); err != nil {
			t.Fatal(err)
		}
		left := int64(0)
		fetched.EachPartition(func(p kgo.FetchTopicPartition) {
			for _, r := range p.Records {
				out, next[p.Partition] = append(out, string(r.Value)), r.Offset+1
			}
			left += p.HighWatermark - next[p.Partition]
		})
		if left == 0 && len(out) > 0 {
			return out
		}
	}
}

// farWeb is a server that takes all it gets.
func farWeb(t *testing.T, kind string) *far {
	t.Helper()
	got := new(seen)
	item := regexp.MustCompile(`(?m)^\{"(index|create)"`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(body)
			if err != nil {
				return // it was cut off in the middle
			}
			body = z
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return
		}
		got.add(string(text))
		items := strings.TrimSuffix(strings.Repeat(`{"index":{"status":201}},`, len(item.FindAll(text, -1))), ",")
		fmt.Fprintf(w, `{"text":"Success","code":0,"errors":false,"items":[%s]}`, items)
	}))
	t.Cleanup(server.Close)
	link := linktest.New(t, server.Listener.Addr().String())
	return &far{link, overNet(t, link.Addr().String(), false)[kind], got.all}
}

// farSyslog is a receiver that counts octets.
func farSyslog(t *testing.T, secure bool) *far {
	t.Helper()
	got := new(seen)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	kind := overNet(t, ln.Addr().String(), secure)["syslog"]
	if secure {
		var own *tls.Config
		own, kind.Syslog.TLS = authority(t)
		ln = tls.NewListener(ln, own)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go messages(c, got)
		}
	}()
	link := linktest.New(t, ln.Addr().String())
	kind.Syslog.Address = link.Addr().String()
	return &far{link, kind, got.all}
}

// authority is a certificate of loopback's, and who is to trust it.
func authority(t *testing.T) (*tls.Config, *tlsfiles.Config) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: server.TLS.Certificates}, &tlsfiles.Config{CA: ca}
}

func messages(c net.Conn, got *seen) {
	defer c.Close()
	for r := bufio.NewReader(c); ; {
		length, err := r.ReadString(' ')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSpace(length))
		if err != nil {
			return
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return
		}
		got.add(string(b))
	}
}

// attempt writes the batch once, for as long as limit.
func attempt(t *testing.T, w sinks.Writer, b *sinks.Batch, limit time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return w.Write(ctx, b)
}

// insist writes the batch until it is taken, as the forwarder does.
func insist(t *testing.T, w sinks.Writer, b *sinks.Batch) (tries int) {
	t.Helper()
	for until := time.Now().Add(5 * time.Minute); ; {
		tries++
		err := attempt(t, w, b, time.Minute) // a machine may be slow, too
		if err == nil {
			return tries
		}
		if !mends(err) || time.Now().After(until) {
			t.Fatalf("attempt %d: %v", tries, err)
		}
	}
}

// arrived holds that the destination has each alert, and none more often than most.
func (f *far) arrived(t *testing.T, ids []string, most int) {
	t.Helper()
	for until := time.Now().Add(5 * time.Minute); ; time.Sleep(time.Millisecond) {
		missing, double := 0, 0
		got := f.got(t)
		for _, id := range ids {
			n := 0
			for _, text := range got {
				if strings.Contains(text, id) {
					n++
				}
			}
			if n == 0 {
				missing++
			} else if n > most {
				double++
			}
		}
		// A syslog receiver may have it in its socket, and no more.
		if missing > 0 && f.sink.Syslog != nil && time.Now().Before(until) {
			continue
		}
		if missing+double > 0 {
			t.Fatalf("of %d alerts %d are missing, %d there more than %d times", len(ids), missing, double, most)
		}
		return
	}
}

// The machine behind an open connection vanishes without a word: no attempt
// counts as delivered, each ends in its time, and as soon as there is a way again
// the same batch goes, although the old connection never says that it is dead.
func TestAPeerThatVanishesLosesNothing(t *testing.T) {
	for name, f := range fars(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := writerOf(t, f.sink)
			first, ids := sinktest.Alerts(1, 20)
			insist(t, w, first)
			f.arrived(t, ids, 1)
			f.link.Cut()
			second, more := sinktest.Alerts(21, 20)
			for range 2 { // over the old connection, and a new one
				if err := attempt(t, w, second, 700*time.Millisecond); !mends(err) {
					t.Fatalf("got %v", err)
				}
			}
			f.link.Mend()
			insist(t, w, second)
			f.arrived(t, append(ids, more...), 1)
		})
	}
}

// Of a batch that a destination takes at a kilobyte a second no attempt comes to
// its end; once it reads again, all of it arrives.
func TestASlowDestinationGetsAllInTheEnd(t *testing.T) {
	for name, f := range fars(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := writerOf(t, f.sink)
			b, ids := largeAlerts()
			f.link.Slow(1024)
			if err := attempt(t, w, b, 700*time.Millisecond); !mends(err) {
				t.Fatalf("got %v", err)
			}
			f.link.Slow(0)
			insist(t, w, b)
			f.arrived(t, ids, 2)
		})
	}
}

// largeAlerts is a batch of a megabyte that no packing makes small.
func largeAlerts() (*sinks.Batch, []string) {
	b, ids := sinktest.Alerts(1, 30)
	rng, enc, dec := rand.New(rand.NewPCG(1, 1)), sinks.NewEncoder(), sinks.NewDecoder()
	for i := range b.Records {
		var it event.Item
		if err := dec.Decode(&b.Records[i], &it); err != nil {
			panic(err) // it was just made
		}
		text := make([]byte, 20_000)
		for j := range text {
			text[j] = byte(rng.Uint32())
		}
		it.Alert.Message = hex.EncodeToString(text)
		b.Records[i].Payload = enc.Append(nil, &it)
	}
	return b, ids
}

// What was taken while the answer got lost is there again after the retry, each
// alert at most once more.
func TestALostAnswerDoublesOneBatchAtMost(t *testing.T) {
	for name, f := range fars(t) {
		if f.sink.Syslog != nil {
			continue // it has no answers: the receiver's kernel says what it has
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := writerOf(t, f.sink)
			first, ids := sinktest.Alerts(1, 20)
			insist(t, w, first)
			f.link.LoseAnswers(1, 500)
			second, more := sinktest.Alerts(21, 20)
			// Go's HTTP client tries again by itself what has an Idempotency-Key.
			if tries := insist(t, w, second); tries > 2 || tries < 2 && name != "webhook" || f.link.Lost() != 1 {
				t.Errorf("%d attempts, %d answers lost", tries, f.link.Lost())
			}
			third, last := sinktest.Alerts(41, 20)
			insist(t, w, third)
			f.arrived(t, append(ids, last...), 1)
			f.arrived(t, more, 2)
		})
	}
}
