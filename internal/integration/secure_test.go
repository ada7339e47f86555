//go:build integration

package integration

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"spaniel/internal/forward"
	"spaniel/internal/porttest"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
	"spaniel/sinks/kafka"
	"spaniel/sinks/tlsfiles"
)

// An authority makes certificates, as PEM files in dir.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T, dir, name string) *authority {
	t.Helper()
	a := &authority{t: t, dir: dir}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	a.key = a.newKey()
	der := a.sign(tmpl, tmpl, &a.key.PublicKey, a.key)
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.file = filepath.Join(dir, name+".pem")
	write(t, a.file, pemOf("CERTIFICATE", der))
	return a
}

func (a *authority) newKey() *ecdsa.PrivateKey {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	return key
}

func (a *authority) sign(tmpl, parent *x509.Certificate, pub *ecdsa.PublicKey, by *ecdsa.PrivateKey) []byte {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, pub, by)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// issue makes a certificate for loopback, and the files of it and its key.
func (a *authority) issue(name string) (cert, key string) {
	a.t.Helper()
	k := a.newKey()
	der := a.sign(&x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}, a.cert, &k.PublicKey, a.key)
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, key = filepath.Join(a.dir, name+".pem"), filepath.Join(a.dir, name+".key")
	write(a.t, cert, pemOf("CERTIFICATE", der))
	write(a.t, key, pemOf("PRIVATE KEY", private))
	return cert, key
}

// TestClientCertificates delivers to servers that want to see a certificate:
// with the right one all arrives, with none or somebody else's nothing does.
func TestClientCertificates(t *testing.T) {
	dir := t.TempDir()
	ca, stranger := newAuthority(t, dir, "ca"), newAuthority(t, dir, "stranger")
	cert, key := ca.issue("sensor")
	otherCert, otherKey := stranger.issue("other")
	right := &tlsfiles.Config{CA: ca.file, Cert: cert, Key: key}
	wrong := map[string]*tlsfiles.Config{"none": {CA: ca.file}, "stranger's": {CA: ca.file, Cert: otherCert, Key: otherKey}}
	t.Run("kafka", func(t *testing.T) { kafkaCertificates(t, ca, right, wrong) })
	t.Run("clickhouse", func(t *testing.T) { clickHouseCertificates(t, ca, right, wrong) })
}

func kafkaCertificates(t *testing.T, ca *authority, right *tlsfiles.Config, wrong map[string]*tlsfiles.Config) {
	cert, key := ca.issue("broker")
	both := filepath.Join(ca.dir, "broker-both.pem")
	write(t, both, read(t, key)+read(t, cert))
	secure := local(porttest.Free(t))
	broker, addr := startKafkaWith(t, fmt.Sprintf(`listeners=LISTEN,MUTUAL://%[1]s
advertised.listeners=ADDRESSES,MUTUAL://%[1]s
listener.security.protocol.map=PLAIN:PLAINTEXT,CTRL:PLAINTEXT,MUTUAL:SSL
ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location=%[2]s
ssl.truststore.type=PEM
ssl.truststore.location=%[3]s`, secure, both, ca.file))
	broker.ready(secure)
	createTopic(t, addr, alertTopic, 3)
	alerts := makeAlerts(100)
	for name, c := range wrong {
		p := newPipeline(t, spoolDir(t), all.Config{Name: "kafka", Kafka: &kafka.Config{Brokers: []string{secure}, TLS: c}}, 20)
		p.failing("certificate: "+name, alerts)
		if s := p.total(); s.Delivered != 0 || s.DeadLettered != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	p := newPipeline(t, spoolDir(t), all.Config{Name: "kafka", Kafka: &kafka.Config{Brokers: []string{secure}, TLS: right}}, 20)
	p.put(alerts)
	p.delivered(len(alerts), patience)
	compare(t, alerts, consume(t, addr, alertTopic, "integration-mutual"))
}

func clickHouseCertificates(t *testing.T, ca *authority, right *tlsfiles.Config, wrong map[string]*tlsfiles.Config) {
	const n = 2_000
	cert, key := ca.issue("warehouse")
	native, secure, web := porttest.Free(t), porttest.Free(t), porttest.Free(t)
	server := startClickHouseWith(t, native, porttest.Free(t), fmt.Sprintf(`<tcp_port_secure>%d</tcp_port_secure><https_port>%d</https_port>
<openSSL><server><certificateFile>%s</certificateFile><privateKeyFile>%s</privateKeyFile><caConfig>%s</caConfig><loadDefaultCAFile>false</loadDefaultCAFile>
<verificationMode>strict</verificationMode><disableProtocols>sslv2,sslv3</disableProtocols></server></openSSL>`, secure, web, cert, key, ca.file))
	server.ready(local(secure))
	server.ready(local(web))
	db := clickhouseDB(t, "clickhouse://default@"+local(native)+"/default")
	execute(t, db, "CREATE TABLE calls (ts DateTime, call_id String, resp_status UInt16) ENGINE = Memory")
	for name, url := range map[string]string{"native": "clickhouse://default@" + local(secure) + "/default?secure=true", "https": "https://default@" + local(web) + "/default"} {
		for whose, c := range wrong {
			p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: url, TLS: c}}, 500)
			p.failing(name+", certificate: "+whose, makeCalls(n))
			if s := p.total(); s.Delivered != 0 || s.DeadLettered != 0 {
				t.Errorf("%s, %s: %+v", name, whose, s)
			}
		}
		p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: url, TLS: right}}, 500)
		if name == "https" { // the server is too old for the driver's HTTP: its own answer says that it let us in
			p.put(makeCalls(1))
			p.await("an answer", patience, func(s forward.Stats) bool { return strings.Contains(s.LastError, "Unknown setting") })
			continue
		}
		p.put(makeCalls(n))
		p.delivered(n, patience)
		var rows uint64
		scan(t, db, "SELECT count() FROM calls", &rows)
		if rows != n {
			t.Errorf("%s: %d rows of %d", name, rows, n)
		}
	}
}

// TestClickHousePassword changes the password while calls go out, at the server
// first: nothing arrives until the sink's file has it as well, and then all does.
func TestClickHousePassword(t *testing.T) {
	const n = 3_000
	server, addr := startClickHouse(t)
	db := clickhouseDB(t, "clickhouse://default@"+addr+"/default")
	execute(t, db, "CREATE TABLE calls (ts DateTime, call_id String) ENGINE = MergeTree ORDER BY ts")
	file := filepath.Join(t.TempDir(), "password")
	write(t, file, "\n")
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: "clickhouse://default@" + addr + "/default", PasswordFile: file}}, 500)
	calls := makeCalls(n)
	p.put(calls[:n/2])
	p.delivered(n/2, patience)
	users := filepath.Join(server.dir, "users.xml")
	setPassword(t, users, "secret")
	server.kill(15)
	server.run()
	server.ready(addr)
	p.failing("the old password", calls[n/2:])
	s := p.await("it is refused", patience, func(s forward.Stats) bool { return s.Retried > 2 })
	if s.Delivered != n/2 || s.DeadLettered != 0 {
		t.Errorf("%+v", s)
	}
	write(t, file, "secret\n")
	p.delivered(n, patience)
	db = clickhouseDB(t, "clickhouse://default:secret@"+addr+"/default")
	var rows uint64
	scan(t, db, "SELECT uniqExact(call_id) FROM calls", &rows)
	if rows != n {
		t.Errorf("%d calls of %d", rows, n)
	}
}
