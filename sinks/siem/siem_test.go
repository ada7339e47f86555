package siem

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	syslog "github.com/leodido/go-syslog/v4"
	"github.com/leodido/go-syslog/v4/octetcounting"
	"github.com/leodido/go-syslog/v4/rfc5424"

	"spaniel/event"
	"spaniel/internal/porttest"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
	"spaniel/sinks/tlsfiles"
)

// A receiver is a syslog server by a strict parser of another hand.
type receiver struct {
	t    *testing.T
	addr string
	tls  *tls.Config

	mu    sync.Mutex
	ln    net.Listener // nil while stopped
	conns map[net.Conn]bool
	got   []*rfc5424.SyslogMessage
	more  chan struct{}
	wg    sync.WaitGroup
}

func newReceiver(t *testing.T, cfg *tls.Config) *receiver {
	r := &receiver{t: t, addr: porttest.Local(porttest.Free(t)), tls: cfg, more: make(chan struct{}, 1)}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *receiver) start() {
	ln, err := net.Listen("tcp", r.addr)
	if err != nil {
		r.t.Error(err)
		return
	}
	if r.tls != nil {
		ln = tls.NewListener(ln, r.tls)
	}
	r.mu.Lock()
	r.ln, r.conns = ln, map[net.Conn]bool{}
	r.mu.Unlock()
	r.wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			if r.ln == nil { // accepted while it was being stopped
				c.Close()
			}
			r.conns[c] = true
			r.mu.Unlock()
			r.wg.Go(func() { r.serve(c) })
		}
	})
}

func (r *receiver) serve(c net.Conn) {
	defer c.Close()
	octetcounting.NewParser(syslog.WithMaxMessageLength(maxStream), syslog.WithListener(func(res *syslog.Result) {
		if res.Error != nil {
			return // the end of the connection
		}
		r.mu.Lock()
		r.got = append(r.got, res.Message.(*rfc5424.SyslogMessage))
		r.mu.Unlock()
		select {
		case r.more <- struct{}{}:
		default:
		}
	})).Parse(c)
}

func (r *receiver) stop() {
	r.mu.Lock()
	if r.ln != nil {
		r.ln.Close()
	}
	r.ln = nil
	for c := range r.conns {
		c.Close()
	}
	r.mu.Unlock()
	r.wg.Wait()
}

// messages waits until n messages have come, or a while has passed.
func (r *receiver) messages(n int) []*rfc5424.SyslogMessage {
	end := time.After(5 * time.Minute)
	for {
		r.mu.Lock()
		got := r.got
		r.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-r.more:
		case <-end:
			return got
		}
	}
}

func param1(m *rfc5424.SyslogMessage, name string) string {
	if m.StructuredData == nil {
		return ""
	}
	return (*m.StructuredData)["spaniel@32473"][name]
}

func rig(r *receiver, cfg Config) sinktest.Rig {
	total := 0
	return sinktest.Rig{
		New: func(t *testing.T) sinks.Writer {
			w, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			return w
		},
		Received: func(t *testing.T, atLeast int) (ids []string) {
			total += atLeast
			for _, m := range r.messages(total) {
				ids = append(ids, param1(m, "id"))
			}
			return ids
		},
		Break: func(*testing.T) func() {
			r.stop()
			return r.start
		},
		Poison: func(*testing.T) sinks.Record {
			a := event.Alert{ID: event.ID{1}, Severity: event.Low, DedupKey: strings.Repeat("x", maxStream)} // what is not cut
			it := event.Item{Kind: event.KindAlert, Alert: &a}
			return sinks.Record{Kind: it.Kind, Payload: sinks.NewEncoder().Append(nil, &it)}
		},
	}
}

func TestContractOverTCP(t *testing.T) {
	r := newReceiver(t, nil)
	sinktest.Run(t, rig(r, Config{Address: r.addr}))
}

// A message that the receiver would not take goes out shorter, and says so, in
// each form; the others of its batch are whole.
func TestALargeAlertIsCutToFit(t *testing.T) {
	r := newReceiver(t, nil)
	for i, form := range []string{"", "json", "cef", "leef", "ecs", "ocsf", "eve"} {
		w, err := New(Config{Address: r.addr, Format: form, MaxMessage: 4000})
		if err != nil {
			t.Fatal(err)
		}
		b, ids := sinktest.Alerts(10*i, 2)
		a := event.Alert{Schema: event.AlertSchema, ID: event.ID{byte(i + 1)}, Severity: event.High, Outcome: event.Tried, Message: "what was found",
			Req: event.AlertRequest{Method: "GET", Host: "h", Target: "/" + strings.Repeat("é", 20_000)}}
		it := event.Item{Kind: event.KindAlert, Alert: &a}
		b.Records[0].Payload = sinks.NewEncoder().Append(nil, &it)
		if err := w.Write(t.Context(), b); err != nil {
			t.Fatalf("%q: %v", form, err)
		}
		if w.Shortened() > 1 || w.Shortened() == 0 && form != "" && form != "cef" && form != "leef" {
			t.Errorf("%q: %d are counted as cut", form, w.Shortened())
		}
		got := r.messages(2*i + 2)[2*i:]
		if len(got) != 2 || param1(got[0], "id") != a.ID.String() || param1(got[1], "id") != ids[1] {
			t.Fatalf("%q: %d messages", form, len(got))
		}
		says := w.Shortened() == 1
		if text, _ := got[0].String(); strings.Contains(text, "cut to fit: req.target") != says || len(text) > 4000 {
			t.Errorf("%q: %d bytes, %.500s", form, len(text), text)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestContractOverTLS(t *testing.T) {
	cert, ca := certificate(t)
	r := newReceiver(t, &tls.Config{Certificates: []tls.Certificate{cert}})
	sinktest.Run(t, rig(r, Config{Address: r.addr, Transport: "tls", TLS: &tlsfiles.Config{CA: ca}}))
}

func TestAStrangersCertificateIsRefused(t *testing.T) {
	cert, _ := certificate(t)
	r := newReceiver(t, &tls.Config{Certificates: []tls.Certificate{cert}})
	w, err := New(Config{Address: r.addr, Transport: "tls"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b, _ := sinktest.Alerts(1, 1)
	if err := w.Write(context.Background(), b); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}

// certificate makes one for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, ca
}

func TestUDP(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	w, err := New(Config{Address: pc.LocalAddr().String(), Transport: "udp", Format: "text"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b, ids := sinktest.Alerts(1, 1)
	if err := w.Write(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1<<16)
	if err := pc.SetReadDeadline(time.Now().Add(5 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	n, _, err := pc.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	m := parse(t, buf[:n])
	if param1(m, "id") != ids[0] || *m.Message != "\ufeffhigh tried sinktest: line<U+000A>feed \"quotes\" ] and <U+2028> é" {
		t.Errorf("got %q", buf[:n])
	}
}

func parse(t *testing.T, b []byte) *rfc5424.SyslogMessage {
	t.Helper()
	m, err := rfc5424.NewParser().Parse(b)
	if err != nil {
		t.Fatalf("%q: %v", b, err)
	}
	return m.(*rfc5424.SyslogMessage)
}

// FuzzMessage: whatever the strings hold, a message is one line that a strict
// parser takes, and its fields come back.
func FuzzMessage(f *testing.F) {
	f.Add("a\xffb\u2028\r\n\x1b\u009f\"\\]", uint8(70))
	cfg := Config{}.complete()
	fm := newFormatter(&cfg)
	f.Fuzz(func(t *testing.T, s string, sev uint8) {
		a := event.Alert{ID: event.ID{1}, Severity: event.Severity(sev), Rule: event.AlertRule{ID: s}, Sensor: event.AlertSensor{Name: s},
			DedupKey: s, Message: s, Outcome: event.Outcome(s), Client: event.AlertClient{IP: s}}
		for _, it := range []event.Item{{Kind: event.KindAlert, Alert: &a}, {Kind: event.KindCall, Call: &event.Record{Target: s, SensorName: s}},
			{Kind: event.KindLoss, Note: &event.NoteRecord{Detail: s}}} {
			b := fm.append(nil, &it)
			if strings.ContainsAny(string(b), "\r\n\x00\x1b") {
				t.Fatalf("not one line: %q", b)
			}
			m := parse(t, b)
			var back map[string]any
			if err := json.Unmarshal([]byte(*m.Message), &back); err != nil {
				t.Fatalf("%q: %v", *m.Message, err)
			}
			if it.Alert != nil && back["message"] != string([]rune(s)) {
				t.Fatalf("got %q, want %q", back["message"], s)
			}
		}
	})
}

func TestConfigErrors(t *testing.T) {
	for want, cfg := range map[string]Config{
		"address is missing": {},
		"is not host:port":   {Address: "siem"},
		"unknown transport":  {Address: "h:1", Transport: "relp"},
		"unknown format":     {Address: "h:1", Format: "xml"},
		"is not tls":         {Address: "h:1", TLS: &tlsfiles.Config{}},
		"go together":        {Address: "h:1", Transport: "tls", TLS: &tlsfiles.Config{Cert: "a"}},
	} {
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", cfg, err, want)
		}
	}
}
