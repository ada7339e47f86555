package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	pathpkg "path"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/goccy/go-yaml/ast"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
)

// A validator looks for values that are of the right type and yet cannot be
// used, and for where in the file they stand.
type validator struct {
	file     string
	lines    []string
	root     ast.Node
	problems []Problem
}

// Validate returns an *Error naming every value of cfg that cannot be used.
func (cfg *Config) Validate() error {
	v := validator{file: "configuration"}
	if p := v.check(cfg); len(p) > 0 {
		return &Error{p}
	}
	return nil
}

// capture checks from where packets come: interfaces, or one other source.
func (v *validator) capture(list []Capture) {
	for i := range list {
		c, path := &list[i], fmt.Sprintf("capture[%d]", i)
		if other := c.Directory != "" || c.Address != ""; other {
			v.need(path, len(list) == 1 && c.Interface == "" && (c.Directory == "" || c.Address == ""), "names more than one kind of source", "name interfaces, or one directory, or one pcap_over_ip")
			v.need(path, c.Backend == "" && c.Snaplen == 0 && c.Promiscuous == nil && c.Buffer == 0 && c.Rings == 0 && c.Direction == "", "says how an interface is captured from", "leave backend, snaplen, promiscuous, buffer, rings and direction out")
			continue
		}
		v.need(path+".interface", c.Interface != "", "names no interface", "list them: ip link")
		v.need(path+".snaplen", c.Snaplen >= 0, "may not be negative", "")
		v.oneOf(path+".backend", c.Backend, "", capture.BackendPcap, capture.BackendAFPacket)
		v.oneOf(path+".direction", c.Direction, "", "both", capture.DirectionIn, capture.DirectionOut)
		v.need(path+".rings", c.Rings >= 0 && c.Rings <= capture.MaxRings, fmt.Sprintf("must be 0 to %d", capture.MaxRings), "")
		v.need(path+".rings", c.Rings <= 1 || c.Backend == capture.BackendAFPacket, "needs backend: afpacket", "libpcap has one ring")
		v.need(path+".interface", !slices.ContainsFunc(list[:i], func(o Capture) bool { return o.Interface == c.Interface }), "is named above, too", "name it once")
	}
}

func (v *validator) check(cfg *Config) []Problem {
	v.capture(cfg.Capture)
	v.decode(&cfg.Decode)
	v.messages(&cfg.HTTP)
	v.oneOf("privacy.user", cfg.Privacy.User, "keep", "hash")
	v.oneOf("privacy.ip", cfg.Privacy.IP, "keep", "hash")
	for i, h := range cfg.Clients.TrustedHops {
		_, err := netip.ParsePrefix(h)
		v.need(fmt.Sprintf("clients.trusted_hops[%d]", i), err == nil, fmt.Sprintf("%q is no network", h), "write it like 10.0.0.0/8")
	}
	_, err := time.LoadLocation(cfg.Rules.Timezone) // of "" UTC
	v.need("rules.timezone", err == nil && cfg.Rules.Timezone != "Local", fmt.Sprintf("%q is no time zone that this machine knows", cfg.Rules.Timezone), "write it like Europe/Berlin; the system's package tzdata has the names")
	for i, l := range cfg.Rules.Lists {
		path := fmt.Sprintf("rules.lists[%d]", i)
		v.need(path+".name", nameOK(l.Name), fmt.Sprintf("%q is no name", l.Name), "use letters, digits, - and _, 64 at most")
		v.oneOf(path+".kind", l.Kind, "cidr", "exact", "word", "wildcard", "regex")
		v.need(path+".path", l.Path != "", "names no file", "")
	}
	v.exceptions(&cfg.Rules)
	for i := range cfg.Semantics {
		v.oneOf(fmt.Sprintf("semantics[%d].kind", i), cfg.Semantics[i].Kind, append(detect.Kinds(), "none")...)
	}
	for i, s := range cfg.Rules.Specs {
		path := fmt.Sprintf("rules.specifications[%d]", i)
		v.need(path+".path", s.Path != "", "names no file", "")
		v.need(path+".base", s.Base == "" || strings.HasPrefix(s.Base, "/"), fmt.Sprintf("%q does not begin with a slash", s.Base), "write it like /api/v1")
		v.need(path+".hosts", !slices.Contains(s.Hosts, ""), "names an empty host", `leave it out, or write "*" for any`)
	}
	v.number("rules.open_alerts", cfg.Rules.OpenAlerts, 1, 1_000_000)
	v.number("rules.max_alerts", cfg.Rules.MaxAlerts, 1, 1_000_000_000)
	v.between("rules.max_steps", cfg.Rules.MaxSteps, 64<<10, 16<<30)
	v.need("learned.calls", cfg.Learned.Calls >= 1, "must be 1 or more", "")
	v.need("learned.time", cfg.Learned.Time > 0, "must be more than nothing", "")
	v.store(&cfg.Store)
	names := map[string]bool{}
	for i := range cfg.Sinks {
		v.sink(fmt.Sprintf("sinks[%d]", i), &cfg.Sinks[i], names)
	}
	v.evidence(&cfg.Evidence, cfg.Limits.Memory)
	v.recipient("quarantine.recipient", cfg.Quarantine.Recipient)
	v.between("spool.max", cfg.Spool.Max, 16<<20, 1<<50)
	v.between("limits.memory", cfg.Limits.Memory, 64<<20, 1<<45)
	v.need("limits.workers", cfg.Limits.Workers >= 0 && cfg.Limits.Workers <= 64, "must be 0 to 64", "")
	v.listen(cfg.API.Listen)
	v.oneOf("log.level", cfg.Log.Level, "debug", "info", "warn", "error")
	v.oneOf("log.format", cfg.Log.Format, "auto", "console", "json")
	return v.problems
}

// recipient checks a public key, if there is one.
func (v *validator) recipient(path, to string) {
	if to == "" {
		return
	}
	_, err := age.ParseX25519Recipient(to)
	v.need(path, err == nil, fmt.Sprintf("%q is no public key of age", to), recipientRemedy)
}

const recipientRemedy = "age-keygen -o key.txt prints it: age1…; the key itself stays elsewhere"

// leastEvidence is the least memory for the latest packets.
const leastEvidence = 4 << 20

func (v *validator) evidence(e *Evidence, memory ByteSize) {
	v.recipient("evidence.recipient", e.Recipient)
	v.need("evidence.max", e.Max >= 16<<20 && e.Max <= 1<<50, fmt.Sprintf("%s is out of range", e.Max), "use 16MiB or more")
	v.need("evidence.retention", e.Retention >= 0, "may not be negative", "0 keeps them as long as there is room")
	if e.Memory == 0 {
		return
	}
	v.need("evidence.memory", e.Memory >= leastEvidence && e.Memory <= memory/4, fmt.Sprintf("%s is out of range", e.Memory), fmt.Sprintf("use %s to %s, a quarter of limits.memory", ByteSize(leastEvidence), memory/4))
	v.need("evidence.recipient", e.Recipient != "", "names nobody, and packets are not kept but encrypted", recipientRemedy)
	v.need("evidence.max", e.Max >= e.Memory, "is less than the packets of one alert may be", "use "+e.Memory.String()+" or more")
}

func (v *validator) store(s *Store) {
	if s.URL != "" {
		u, err := url.Parse(string(s.URL))
		known := err == nil && slices.Contains([]string{"duckdb", "clickhouse", "http", "https"}, u.Scheme)
		v.need("store.url", known, fmt.Sprintf("%q is no store", s.URL), "use duckdb:///PATH or clickhouse://user@host:9000/database")
		v.need("store.url", !known || u.Scheme != "duckdb" || u.Path != "" && u.Host == "", "names no file", "write duckdb:/// with three slashes, then the path")
	}
	v.need("store.retention", s.Retention >= 0, "may not be negative", "0 keeps everything")
	v.between("store.memory", s.Memory, 64<<20, 1<<45)
	v.need("store.query_time", s.QueryTime > 0 && time.Duration(s.QueryTime) <= 24*time.Hour, "must be more than nothing, and at most a day", "")
	v.need("store.query_rows", s.QueryRows > 0, "must be 1 or more", "")
}

func (v *validator) sink(path string, s *Sink, names map[string]bool) {
	kind, n := "", 0
	for _, k := range []struct {
		name string
		set  bool
	}{{"kafka", s.Kafka != nil}, {"clickhouse", s.ClickHouse != nil}, {"syslog", s.Syslog != nil},
		{"elastic", s.Elastic != nil}, {"hec", s.HEC != nil}, {"webhook", s.Webhook != nil}, {"file", s.File != nil}} {
		if k.set {
			kind, n = k.name, n+1
		}
	}
	v.need(path, n == 1, fmt.Sprintf("has %d destinations", n), "give exactly one of kafka, clickhouse, syslog, elastic, hec, webhook, file")
	if s.Name == "" {
		s.Name = kind
	}
	v.need(path, !names[s.Name], fmt.Sprintf("the name %q is taken by a sink above", s.Name), "give it another name")
	v.need(path+".name", nameOK(s.Name), fmt.Sprintf("%q is no name", s.Name), "use letters, digits, - and _, 64 at most")
	names[s.Name] = true
	var kinds []string
	for _, k := range event.Kinds() {
		kinds = append(kinds, k.String())
	}
	if s.Kafka != nil {
		kinds = append(kinds, event.KindObservation.String())
	}
	for i, k := range s.Kinds {
		v.oneOf(fmt.Sprintf("%s.kinds[%d]", path, i), k, kinds...)
	}
	for i, p := range s.Rules {
		_, err := pathpkg.Match(p, "")
		v.need(fmt.Sprintf("%s.rules[%d]", path, i), err == nil, fmt.Sprintf("%q is no pattern", p), "use ids of rules, with * and ?")
	}
	v.need(path+".max_per_minute", s.PerMinute >= 0, "is negative", "0 sends all")
	v.destination(path, s)
}

// nameOK: a sink's name is a directory in the spool and a label of metrics.
func nameOK(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

func (v *validator) destination(path string, s *Sink) {
	if k := s.Kafka; k != nil {
		v.need(path+".kafka.brokers", len(k.Brokers) > 0, "names no broker", "write brokers: [host:9092]")
		for i, b := range k.Brokers {
			v.address(fmt.Sprintf("%s.kafka.brokers[%d]", path, i), b)
		}
		if t := k.TLS; t != nil {
			v.need(path+".kafka.tls", (t.Cert == "") == (t.Key == ""), "has a certificate without its key, or a key without its certificate", "")
		}
		v.need(path+".kafka.dead_letter_topic", k.DeadLetterTopic == "" || !slices.Contains([]string{k.Topic, k.CallsTopic, k.ObservationsTopic}, k.DeadLetterTopic), "has other records", "use a topic of its own, or none")
		v.need(path+".kafka.max_message", k.MaxMessage == 0 || k.MaxMessage >= 1024, "is too small", "use 1024 or more")
		v.oneOf(path+".kafka.compression", k.Compression, "", "zstd", "lz4", "snappy", "gzip", "none")
		if l := k.SASL; l != nil {
			v.oneOf(path+".kafka.sasl.mechanism", l.Mechanism, "plain", "scram-sha-256", "scram-sha-512")
			v.need(path+".kafka.sasl", l.Username != "" && l.PasswordFile != "", "needs username and password_file", "")
		}
	}
	if c := s.ClickHouse; c != nil {
		u, err := url.Parse(string(c.URL))
		v.need(path+".clickhouse.url", err == nil && u.Host != "" && slices.Contains([]string{"clickhouse", "http", "https"}, u.Scheme),
			"is no ClickHouse address", "write clickhouse://user@host:9000/database")
	}
	if y := s.Syslog; y != nil {
		v.address(path+".syslog.address", y.Address)
		v.oneOf(path+".syslog.transport", y.Transport, "", "tcp", "tls", "udp")
		v.oneOf(path+".syslog.format", y.Format, "", "json", "ecs", "ocsf", "eve", "cef", "leef", "text")
		v.need(path+".syslog.tls", y.TLS == nil || y.Transport == "tls", "is set, and the transport is not tls", "add transport: tls")
		v.need(path+".syslog.enterprise_id", y.EnterpriseID >= 0 && int64(y.EnterpriseID) < 1<<32, "is no enterprise number", "")
		v.need(path+".syslog.max_message", y.MaxMessage == 0 || y.MaxMessage >= 480, "is too small", "every receiver takes 480")
	}
	v.overHTTP(path, s)
	if f := s.File; f != nil {
		v.need(path+".file.path", f.Path != "", "names no file", "- is standard output")
		v.oneOf(path+".file.format", f.Format, "", "json", "ecs", "ocsf", "eve", "cef", "leef")
		v.need(path+".file.max_size", f.MaxSize == 0 || f.Path != "-", "is set, and standard output cannot be set aside", "leave it out")
		v.need(path+".file.keep", f.Keep >= 0 && f.Keep <= 1000, "is out of range", "use 1 to 1000")
	}
}

// overHTTP checks the destinations that are reached by a URL.
func (v *validator) overHTTP(path string, s *Sink) {
	if e := s.Elastic; e != nil {
		v.web(path+".elastic.url", e.URL, e.PasswordFile+e.APIKeyFile != "")
		v.need(path+".elastic.username", (e.Username == "") == (e.PasswordFile == ""), "and password_file go together", "")
		v.need(path+".elastic.api_key_file", e.APIKeyFile == "" || e.Username == "", "is set beside a user", "keep one of them")
	}
	if h := s.HEC; h != nil {
		v.web(path+".hec.url", h.URL, true)
		v.need(path+".hec.token_file", h.TokenFile != "", "is missing", "name the file that holds the token")
	}
	if w := s.Webhook; w != nil {
		v.web(path+".webhook.url", URL(w.URL), false)
		v.oneOf(path+".webhook.format", w.Format, "", "json", "ecs", "ocsf", "eve")
	}
}

// web checks a URL of the web; a secret goes in clear to this machine alone.
func (v *validator) web(path string, address URL, secret bool) {
	u, err := url.Parse(string(address))
	v.need(path, err == nil && u.Host != "" && slices.Contains([]string{"http", "https"}, u.Scheme), "is no address of the web", "write https://host:port")
	if err != nil {
		return
	}
	v.need(path, u.User == nil, "holds a user", "name the file of the secret instead")
	ip, err := netip.ParseAddr(u.Hostname())
	here := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	v.need(path, u.Scheme != "http" || !secret || here, "would send the secret in clear", "use https")
}

func (v *validator) listen(addr string) {
	if addr == "off" {
		return
	}
	host, _, err := net.SplitHostPort(addr)
	ip, ipErr := netip.ParseAddr(host)
	v.need("api.listen", err == nil, fmt.Sprintf("%q is no address", addr), "write it like 127.0.0.1:7474, or off")
	v.need("api.listen", err != nil || host == "localhost" || ipErr == nil && ip.IsLoopback(),
		fmt.Sprintf("%q is not a loopback address", addr), "use 127.0.0.1 or [::1]; a reverse proxy can add encryption and log in")
}

func (v *validator) address(path, addr string) {
	host, port, err := net.SplitHostPort(addr)
	n, convErr := strconv.Atoi(port)
	v.need(path, err == nil && host != "" && convErr == nil && n > 0 && n < 65536, fmt.Sprintf("%q is no host:port", addr), "")
}

func (v *validator) oneOf(path, got string, words ...string) {
	remedy := "use " + strings.Join(words, ", ")
	if near := Nearest(got, words); near != "" {
		remedy = fmt.Sprintf("did you mean %q?", near)
	}
	v.need(path, slices.Contains(words, got), fmt.Sprintf("%q is none of the words it may be", got), remedy)
}

func (v *validator) between(path string, got, low, high ByteSize) {
	v.need(path, got >= low && got <= high, fmt.Sprintf("%s is out of range", got), fmt.Sprintf("use %s to %s", low, high))
}

// need files a problem at the path's place unless ok.
func (v *validator) need(path string, ok bool, message, remedy string) {
	if ok {
		return
	}
	l := loader{file: v.file}
	node := find(v.root, path)
	if node != nil {
		l.lines = v.lines
		l.fail(node.GetToken(), path+" "+message, remedy)
	} else {
		l.fail(nil, path+" "+message, remedy)
	}
	v.problems = append(v.problems, l.problems...)
}

// find returns the node at a path like sinks[1].name, or the nearest above it
// that the file has.
func find(node ast.Node, path string) ast.Node {
	if node == nil {
		return nil
	}
	var best ast.Node
	for _, step := range strings.Split(path, ".") {
		name, index, indexed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		if node = child(node, name); node == nil {
			return best
		}
		if indexed {
			seq, ok := node.(*ast.SequenceNode)
			i, err := strconv.Atoi(index)
			if !ok || err != nil || i >= len(seq.Values) {
				return node
			}
			node = seq.Values[i]
		}
		best = node
	}
	return best
}

func child(node ast.Node, name string) ast.Node {
	values := []*ast.MappingValueNode{}
	switch n := node.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = append(values, n)
	case *ast.AnchorNode:
		return child(n.Value, name)
	}
	for _, mv := range values {
		if mv.Key.GetToken().Value == name {
			return mv.Value
		}
	}
	return nil
}
