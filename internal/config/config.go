package config

import "spaniel/event"

// Config is the whole file. Every key is optional; the empty file is valid.
// Each field's tag says what it means, where users read it: in the schema, in
// `spaniel config init` and in their editor. A tag example is what init shows
// where the default is nothing that could work.
type Config struct {
	Sensor     Sensor      `yaml:"sensor" jsonschema_description:"who this sensor is; goes into every record"`
	Capture    []Capture   `yaml:"capture" jsonschema_description:"interfaces that 'spaniel run' captures from, when -i names none"`
	Decode     Decode      `yaml:"decode" jsonschema_description:"how packets are read: whose word counts where they contradict each other, and what is held while they are put in order"`
	HTTP       HTTP        `yaml:"http" jsonschema_description:"how much of each message is kept while it is judged"`
	Privacy    Privacy     `yaml:"privacy" jsonschema_description:"what leaves the sensor hashed or not at all; tokens, cookies and passwords always are"`
	Clients    Clients     `yaml:"clients" jsonschema_description:"who the clients are behind proxies"`
	Semantics  []Semantics `yaml:"semantics" jsonschema_description:"what calls mean, where Spaniel does not see it by itself; the first that fits a call counts"`
	Learned    Learned     `yaml:"learned" jsonschema_description:"what is learned of the API, and when it is enough to be called usual"`
	Rules      Rules       `yaml:"rules" jsonschema_description:"which rules judge"`
	Store      Store       `yaml:"store" jsonschema_description:"what 'spaniel query' and 'spaniel alerts' read"`
	Sinks      []Sink      `yaml:"sinks" jsonschema_description:"where records go; each sink fails and retries on its own"`
	Evidence   Evidence    `yaml:"evidence" jsonschema_description:"packets of alerts that 'spaniel run' keeps, as they were on the wire, for the owner of a key"`
	Quarantine Quarantine  `yaml:"quarantine" jsonschema_description:"what is kept of packets that a fault of Spaniel's own ended at"`
	Spool      Spool       `yaml:"spool" jsonschema_description:"the disk queue between detection and the sinks"`
	Limits     Limits      `yaml:"limits" jsonschema_description:"what the sensor may use"`
	Process    Process     `yaml:"process" jsonschema_description:"what 'spaniel run' may do on this machine"`
	API        API         `yaml:"api" jsonschema_description:"metrics, health and queries"`
	Log        Log         `yaml:"log" jsonschema_description:"the sensor's own log, on standard error"`
}

// Sensor names the sensor.
type Sensor struct {
	Name string `yaml:"name" jsonschema_description:"name of the sensor; the machine's name if empty"`
	Zone string `yaml:"zone" jsonschema_description:"zone it stands in, such as prod"`
}

// Capture is one interface, or a directory or a sender in the place of all.
type Capture struct {
	Interface   string   `yaml:"interface" example:"eth1" jsonschema_description:"name of the network interface"`
	Backend     string   `yaml:"backend" example:"pcap" jsonschema:"enum=,enum=pcap,enum=afpacket" jsonschema_description:"how frames come from the kernel: pcap if empty, or afpacket, Linux's own rings"`
	Directory   string   `yaml:"directory" jsonschema_description:"instead of interfaces, alone: directory into which other programs write captures, to be followed"`
	Address     string   `yaml:"pcap_over_ip" jsonschema_description:"instead of interfaces, alone: HOST:PORT that sends a capture over TCP"`
	Filter      string   `yaml:"filter" jsonschema_description:"BPF filter, as tcpdump takes it; empty takes everything"`
	Snaplen     int      `yaml:"snaplen" jsonschema_description:"bytes taken of each packet; 0 is all"`
	Promiscuous *bool    `yaml:"promiscuous" example:"true" jsonschema_description:"take packets addressed to others; true if not set, as a mirror needs it"`
	Buffer      ByteSize `yaml:"buffer" jsonschema_description:"kernel buffer; 0 is 64MiB"`
	Rings       int      `yaml:"rings" jsonschema_description:"rings among which afpacket spreads the buffer and the frames, by flow; 0 is 1"`
	Direction   string   `yaml:"direction" example:"both" jsonschema:"enum=,enum=both,enum=in,enum=out" jsonschema_description:"in for frames that arrive, out for those this machine sends; both if empty"`
}

// HTTP bounds what is kept of a message.
type HTTP struct {
	MaxBody ByteSize `yaml:"max_body" jsonschema_description:"bytes of each body kept for the rules; the rest is counted only"`
	MaxHead ByteSize `yaml:"max_head" jsonschema_description:"bytes of each message head; a longer one is marked and cut"`

	MaxFields  int      `yaml:"max_fields" jsonschema_description:"header fields of a message; the others are passed over, marked"`
	MaxPending int      `yaml:"max_pending" jsonschema_description:"requests of a connection that wait for their response; the oldest is then a call without one"`
	MaxDecoded ByteSize `yaml:"max_decoded" jsonschema_description:"bytes a compressed body may decode to; the rest is not decoded, marked"`
	MaxRatio   int      `yaml:"max_ratio" jsonschema_description:"times its size a body may grow when decoded, past 64KiB; then decoding stops, with an anomaly"`
	MaxLeaves  int      `yaml:"max_leaves" jsonschema_description:"values of a request looked at one by one; what remains is one value, marked"`
	MaxDepth   int      `yaml:"max_depth" jsonschema_description:"depth to which JSON and XML are followed; what lies deeper is one value"`
}

// Privacy says what is hashed.
type Privacy struct {
	KeyFile string   `yaml:"key_file" jsonschema_description:"key of the hashes that replace secrets; made at the first start, shared by a fleet so that hashes join"`
	User    string   `yaml:"user" jsonschema:"enum=keep,enum=hash" jsonschema_description:"user names: keep or hash"`
	IP      string   `yaml:"ip" jsonschema:"enum=keep,enum=hash" jsonschema_description:"client addresses: keep or hash"`
	Keys    []string `yaml:"keys" jsonschema_description:"further names of parameters and members whose values are secrets"`
	Headers []string `yaml:"headers" jsonschema_description:"further names of headers whose values are secrets"`
}

// Clients says whose word on the client is believed.
type Clients struct {
	TrustedHops []string `yaml:"trusted_hops" jsonschema_description:"networks of your proxies, such as 10.0.0.0/8, whose word on the client is believed"`
	Header      string   `yaml:"header" jsonschema_description:"header in which they tell it: X-Forwarded-For if empty; Forwarded (RFC 7239), X-Real-IP or the like, where they set that and drop what a client sent"`
	CountryDB   string   `yaml:"country_db" jsonschema_description:"MMDB file that knows the countries of addresses, such as GeoLite2-Country.mmdb; none is shipped"`
	ASNDB       string   `yaml:"asn_db" jsonschema_description:"MMDB file that knows the autonomous systems of addresses, such as GeoLite2-ASN.mmdb"`
}

// Semantics says what some calls mean.
type Semantics struct {
	Host   string `yaml:"host" jsonschema_description:"host of the calls, in which * stands for any text; empty is any"`
	Method string `yaml:"method" jsonschema_description:"method of the calls; empty is any"`
	Route  string `yaml:"route" example:"/konto/*" jsonschema_description:"route or path of the calls, in which * stands for any text; empty is any"`
	Kind   string `yaml:"kind" example:"login" jsonschema:"enum=login,enum=logout,enum=refresh,enum=signup,enum=reset,enum=otp,enum=payment,enum=none" jsonschema_description:"what they are, or none"`
	User   string `yaml:"user" example:"body.kennung" jsonschema_description:"place of the value that names the user; what is recognised if empty"`
	Failed string `yaml:"failed" jsonschema_description:"expression, as in rules, that says when it failed; as the response is read for any call of that kind if empty"`
}

// Learned says what is enough.
type Learned struct {
	File  string   `yaml:"file" jsonschema_description:"where 'spaniel run' keeps it over restarts; in your data directory if empty"`
	Calls int      `yaml:"calls" jsonschema_description:"calls of an endpoint that must have worked before anything is said of it"`
	Time  Duration `yaml:"time" jsonschema_description:"time, by the packets, over which they must have come"`
}

// Rules chooses the rules.
type Rules struct {
	Paths   []string `yaml:"paths" jsonschema_description:"files and directories with your own rules, beside the built-in ones"`
	Packs   []string `yaml:"packs" jsonschema_description:"built-in packs to load; all if empty"`
	Disable []string `yaml:"disable" jsonschema_description:"ids of rules to leave out"`
	Lists   []List   `yaml:"lists" jsonschema_description:"files with named lists that rules look values up in, beside those among your rules (NAME.KIND.list)"`

	Specs []Spec `yaml:"specifications" jsonschema_description:"files of OpenAPI in which APIs say what operations they have; calls are held against them"`

	Authorised []Authorised `yaml:"authorised" jsonschema_description:"tests that are allowed: calls from these sources in that time are judged by no rule, and teach nothing"`
	Exceptions []Exception  `yaml:"exceptions" jsonschema_description:"calls that one rule does not judge, for a while and for a reason"`

	Watch      bool     `yaml:"watch" jsonschema_description:"load the rules again when they, their lists or databases change, as SIGHUP does"`
	Timezone   string   `yaml:"timezone" jsonschema_description:"zone of hour() and weekday(), such as Europe/Berlin; UTC if empty"`
	OpenAlerts int      `yaml:"open_alerts" jsonschema_description:"alerts whose further calls are counted while their key is quiet; past it an alert stands alone"`
	MaxAlerts  int      `yaml:"max_alerts" jsonschema_description:"alerts of one severity that a rule may raise in a minute; one more says how many were held back"`
	MaxSteps   ByteSize `yaml:"max_steps" jsonschema_description:"text that evaluating one rule on one call may look at; past it the rule finds nothing, and that is counted as an error of it"`
}

// Authorised is a test that is allowed.
type Authorised struct {
	Source string `yaml:"source" example:"203.0.113.0/24" jsonschema_description:"address or network of who tests, behind trusted proxies"`
	Host   string `yaml:"host" example:"*.shop.example" jsonschema_description:"what is tested, * for any text; all if empty"`
	From   string `yaml:"from" example:"2026-12-01" jsonschema_description:"from that day (UTC) or moment; always if empty"`
	Until  string `yaml:"until" example:"2026-12-14" jsonschema_description:"through that day (UTC), or until that moment"`
	Why    string `yaml:"why" example:"yearly penetration test, ticket 4711" jsonschema_description:"who allowed it, and what for"`
}

// Exception is calls that one rule does not judge.
type Exception struct {
	Rule   string `yaml:"rule" example:"id-walk" jsonschema_description:"id of the rule"`
	Source string `yaml:"source" example:"198.51.100.7" jsonschema_description:"address or network of the client, behind trusted proxies; all if empty"`
	Host   string `yaml:"host" example:"shop.example" jsonschema_description:"host that is called, * for any text; all if empty"`
	Route  string `yaml:"route" example:"/api/export/*" jsonschema_description:"route or path, * for any text; all if empty"`
	Until  string `yaml:"until" example:"2027-06-30" jsonschema_description:"through that day (UTC), or until that moment"`
	Why    string `yaml:"why" example:"the nightly export reads all orders" jsonschema_description:"the reason"`
}

// List is a file with a named list.
type List struct {
	Name string `yaml:"name" example:"tor-exits" jsonschema_description:"what in_list calls it"`
	Kind string `yaml:"kind" example:"cidr" jsonschema:"enum=cidr,enum=exact,enum=word,enum=wildcard,enum=regex" jsonschema_description:"cidr, exact, word (without regard to case), wildcard or regex"`
	Path string `yaml:"path" example:"/var/lib/lists/tor.txt" jsonschema_description:"file with an entry a line"`
}

// Spec is a file in which an API says what operations it has.
type Spec struct {
	Path  string   `yaml:"path" example:"/etc/spaniel/openapi.yaml" jsonschema_description:"file of OpenAPI 3.0 or 3.1, or Swagger 2.0, in YAML or JSON"`
	Hosts []string `yaml:"hosts" example:"[api.example]" jsonschema_description:"hosts of the API, in which * stands for any text; those that its servers name if empty"`
	Base  string   `yaml:"base" jsonschema_description:"path before all of its paths, such as /api/v1; as its servers say if empty"`
}

// Store is what queries read.
type Store struct {
	URL       URL      `yaml:"url" jsonschema:"type=string" jsonschema_description:"duckdb:///PATH or clickhouse://user@host:9440/database?secure=true; your data directory if empty"`
	Retention Duration `yaml:"retention" jsonschema_description:"how long the embedded store keeps records; 0 is forever"`
	MaxDisk   ByteSize `yaml:"max_disk" jsonschema_description:"what the embedded store may use of the disk, at least 128MiB; past it the oldest records go; 0 is no bound"`
	Memory    ByteSize `yaml:"memory" jsonschema_description:"memory of the embedded store"`
	Leaves    bool     `yaml:"leaves" jsonschema_description:"keep every client-controlled value of each call, redacted; otherwise only of calls that a rule fired on"`
	QueryTime Duration `yaml:"query_time" jsonschema_description:"a query that takes longer is stopped"`
	QueryRows int      `yaml:"query_rows" jsonschema_description:"rows of one answer; what is more is cut off, and said"`
}

// Sink is one destination: exactly one of its kinds is set.
type Sink struct {
	Name        string          `yaml:"name" jsonschema_description:"name in metrics and health; its kind if empty"`
	Kafka       *Kafka          `yaml:"kafka,omitempty" jsonschema_description:"alerts, and calls if asked, to Kafka topics"`
	ClickHouse  *ClickHouse     `yaml:"clickhouse,omitempty" jsonschema_description:"calls and alerts to ClickHouse tables"`
	Syslog      *Syslog         `yaml:"syslog,omitempty" jsonschema_description:"alerts to a SIEM by syslog (RFC 5424)"`
	Elastic     *Elastic        `yaml:"elastic,omitempty" jsonschema_description:"alerts to Elasticsearch or OpenSearch, as ECS documents"`
	HEC         *HEC            `yaml:"hec,omitempty" jsonschema_description:"alerts to Splunk's HTTP Event Collector"`
	Webhook     *Webhook        `yaml:"webhook,omitempty" jsonschema_description:"alerts to a program of yours, by a signed POST"`
	File        *File           `yaml:"file,omitempty" jsonschema_description:"lines to a file, JSON or another form"`
	MinSeverity *event.Severity `yaml:"min_severity,omitempty" example:"info" jsonschema:"type=string,enum=info,enum=low,enum=medium,enum=high,enum=critical" jsonschema_description:"alerts below it are not sent here"`
	Rules       []string        `yaml:"rules,omitempty" jsonschema_description:"only alerts of these rules are sent here; * stands for any text, ? for a character"`
	Categories  []string        `yaml:"categories,omitempty" jsonschema_description:"only alerts of these packs (injection) or categories (injection/sqli) are sent here"`
	Refs        []string        `yaml:"refs,omitempty" jsonschema_description:"only alerts whose rule has one of these references (owasp-api:2, or all of attack) are sent here"`
	PerMinute   int             `yaml:"max_per_minute,omitempty" jsonschema_description:"alerts of one minute sent here; one record tells of the others; 0 is all"`
	Kinds       []string        `yaml:"kinds,omitempty" jsonschema_description:"kinds of record sent here: call, alert, flow, anomaly, fact, loss, of Kafka observation, too; what suits the sink if empty"`
}

// Kafka is a sink.
type Kafka struct {
	Brokers           []string `yaml:"brokers" example:"[kafka-1:9092]" jsonschema_description:"host:port of one or more brokers"`
	Topic             string   `yaml:"topic" jsonschema_description:"topic of the alerts; spaniel.alerts.v1 if empty"`
	CallsTopic        string   `yaml:"calls_topic" jsonschema_description:"topic of everything else that kinds asks for; spaniel.calls.v1 if empty"`
	ObservationsTopic string   `yaml:"observations_topic" jsonschema_description:"topic of observations, if kinds asks for them; spaniel.observations.v1 if empty"`
	DeadLetterTopic   string   `yaml:"dead_letter_topic" jsonschema_description:"topic of what the others will never take, with the reason; spaniel.deadletter.v1 if empty; none for no such topic"`
	TLS               *TLS     `yaml:"tls,omitempty" jsonschema_description:"encrypt the connections"`
	SASL              *SASL    `yaml:"sasl,omitempty" jsonschema_description:"log in"`
	Compression       string   `yaml:"compression" jsonschema:"enum=zstd,enum=lz4,enum=snappy,enum=gzip,enum=none" jsonschema_description:"of batches: zstd if empty, lz4, snappy, gzip or none"`
	MaxMessage        int      `yaml:"max_message" jsonschema_description:"bytes of one record at most; 0 is 1,000,000"`
}

// TLS of a sink's connection.
type TLS struct {
	CA         string `yaml:"ca" jsonschema_description:"file with the authorities to trust; the system's if empty"`
	Cert       string `yaml:"cert" jsonschema_description:"file with the client's certificate"`
	Key        string `yaml:"key" jsonschema_description:"file with the client's key"`
	ServerName string `yaml:"server_name" jsonschema_description:"name the server must prove; the host's if empty"`
}

// SASL is a log in.
type SASL struct {
	Mechanism    string `yaml:"mechanism" example:"scram-sha-512" jsonschema:"enum=plain,enum=scram-sha-256,enum=scram-sha-512" jsonschema_description:"plain, scram-sha-256 or scram-sha-512"`
	Username     string `yaml:"username" example:"spaniel" jsonschema_description:"user to log in as"`
	PasswordFile string `yaml:"password_file" example:"/etc/spaniel/kafka.password" jsonschema_description:"file that holds the password on its first line"`
}

// ClickHouse is a sink.
type ClickHouse struct {
	URL            URL    `yaml:"url" example:"clickhouse://spaniel@lake:9440/spaniel?secure=true" jsonschema:"type=string" jsonschema_description:"clickhouse://user@host:9440/database?secure=true, or http:// and https:// for that protocol"`
	PasswordFile   string `yaml:"password_file" jsonschema_description:"file that holds the password on its first line"`
	TLS            *TLS   `yaml:"tls,omitempty" jsonschema_description:"whom to trust when the address is secure"`
	CallsTable     string `yaml:"calls_table" jsonschema_description:"table of the calls; calls if empty"`
	AlertsTable    string `yaml:"alerts_table" jsonschema_description:"table of the alerts; alerts if empty"`
	FlowsTable     string `yaml:"flows_table" jsonschema_description:"table of the connections; flows if empty"`
	AnomaliesTable string `yaml:"anomalies_table" jsonschema_description:"table of the anomalies; anomalies if empty"`
	LossesTable    string `yaml:"losses_table" jsonschema_description:"table of the losses; losses if empty"`
	FactsTable     string `yaml:"facts_table" jsonschema_description:"table of the facts; facts if empty"`
}

// Syslog is a sink.
type Syslog struct {
	Address      string `yaml:"address" example:"siem:6514" jsonschema_description:"host:port of the collector"`
	Transport    string `yaml:"transport" example:"tls" jsonschema:"enum=tcp,enum=tls,enum=udp" jsonschema_description:"tcp if empty, with octet counting; tls or udp"`
	Format       string `yaml:"format" jsonschema:"enum=json,enum=ecs,enum=ocsf,enum=eve,enum=cef,enum=leef,enum=text" jsonschema_description:"the message of RFC 5424: json if empty, ecs, ocsf, eve, cef, leef, or text, a sentence"`
	TLS          *TLS   `yaml:"tls,omitempty" jsonschema_description:"whom to trust when the transport is tls"`
	EnterpriseID int    `yaml:"enterprise_id" jsonschema_description:"your private enterprise number, for the structured data; 0 is 32473, the documentation's"`
	MaxMessage   int    `yaml:"max_message" jsonschema_description:"bytes of a message at most; 0 is 256 KiB, 65,000 over UDP"`
}

// Elastic is a sink.
type Elastic struct {
	URL          URL    `yaml:"url" example:"https://elastic:9200" jsonschema:"type=string" jsonschema_description:"https://host:port of a node or a balancer"`
	Index        string `yaml:"index" jsonschema_description:"prefix of the indexes' names; spaniel if empty, for spaniel-alerts-DAY"`
	Username     string `yaml:"username" jsonschema_description:"user to log in as"`
	PasswordFile string `yaml:"password_file" jsonschema_description:"file that holds the password on its first line"`
	APIKeyFile   string `yaml:"api_key_file" jsonschema_description:"file that holds an encoded API key, instead of a user"`
	TLS          *TLS   `yaml:"tls,omitempty" jsonschema_description:"whom to trust"`
}

// HEC is a sink.
type HEC struct {
	URL       URL    `yaml:"url" example:"https://splunk:8088" jsonschema:"type=string" jsonschema_description:"https://host:port of the collector"`
	TokenFile string `yaml:"token_file" example:"/etc/spaniel/hec.token" jsonschema_description:"file that holds the token on its first line"`
	Index     string `yaml:"index" jsonschema_description:"index of the events; the token's own if empty"`
	Source    string `yaml:"source" jsonschema_description:"source of the events; spaniel if empty"`
	Ack       bool   `yaml:"ack" jsonschema_description:"wait until the indexer has each batch; the token must allow it"`
	TLS       *TLS   `yaml:"tls,omitempty" jsonschema_description:"whom to trust"`
}

// Webhook is a sink.
type Webhook struct {
	URL        Hook   `yaml:"url" example:"https://soc.example/spaniel" jsonschema:"type=string" jsonschema_description:"address to post to; what follows the host is shown nowhere"`
	SecretFile string `yaml:"secret_file" jsonschema_description:"file that holds, on its first line, the key to sign with; no signature if empty"`
	Format     string `yaml:"format" jsonschema:"enum=json,enum=ecs,enum=ocsf,enum=eve" jsonschema_description:"of the records: json if empty, ecs, ocsf or eve"`
	TLS        *TLS   `yaml:"tls,omitempty" jsonschema_description:"whom to trust"`
}

// File is a sink.
type File struct {
	Path    string   `yaml:"path" example:"alerts.ndjson" jsonschema_description:"file to append lines to; - is standard output"`
	Format  string   `yaml:"format" jsonschema:"enum=json,enum=ecs,enum=ocsf,enum=eve,enum=cef,enum=leef" jsonschema_description:"of the lines: json if empty, ecs, ocsf, eve, cef or leef"`
	Sync    bool     `yaml:"sync" jsonschema_description:"put each batch on the disk before it counts as delivered"`
	MaxSize ByteSize `yaml:"max_size" jsonschema_description:"set the file aside as PATH.1 once it is so large; 0 never"`
	Keep    int      `yaml:"keep" jsonschema_description:"files set aside to keep; 0 is 5"`
}

// Evidence is what is kept of the packets that alerts rest on.
type Evidence struct {
	Memory      ByteSize       `yaml:"memory" example:"64MiB" jsonschema_description:"memory for the latest packets of connections, out of limits.memory and a quarter of it at the most; when an alert is raised, those of its connection are written to a file; 0 keeps none"`
	Recipient   string         `yaml:"recipient" example:"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" jsonschema_description:"public key of age (age-keygen) to which the files are encrypted, with the secrets in them"`
	MinSeverity event.Severity `yaml:"min_severity" jsonschema:"type=string,enum=info,enum=low,enum=medium,enum=high,enum=critical" jsonschema_description:"alerts below it have no file"`
	Path        string         `yaml:"path" jsonschema_description:"directory of the files; in your data directory if empty"`
	Max         ByteSize       `yaml:"max" jsonschema_description:"disk they may use; the oldest are removed for others"`
	Retention   Duration       `yaml:"retention" jsonschema_description:"how long they are kept; 0 is as long as there is room"`
}

// Quarantine is what is kept of packets at which a parser failed.
type Quarantine struct {
	Recipient string `yaml:"recipient" example:"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" jsonschema_description:"public key of age (age-keygen) to which they are encrypted, with the secrets in them; nothing is kept if empty"`
	Path      string `yaml:"path" jsonschema_description:"directory, of ten files at the most; in your data directory if empty"`
}

// Spool is the queue on disk.
type Spool struct {
	Path string   `yaml:"path" jsonschema_description:"directory; in your data directory if empty"`
	Max  ByteSize `yaml:"max" jsonschema_description:"disk it may use; a sink that is down longer than this lasts loses the oldest calls, counted"`
	// Observations is for run --no-forward, which does not know what sinks ask for.
	Observations bool `yaml:"observations" jsonschema_description:"observations are kept, too, for a sink of spaniel forward that asks for them; where run itself has such a sink, they are"`
}

// Limits of the sensor.
type Limits struct {
	Memory   ByteSize `yaml:"memory" jsonschema_description:"memory of the sensor; its tables shrink in proportion below 1GiB"`
	Sampling Sampling `yaml:"sampling" jsonschema_description:"share of the connections that are read: auto is all, and fewer while the kernel's buffer is filling; off is all, whatever is lost; N% is that many at most"`
	Cores    []int    `yaml:"cores" jsonschema_description:"cores to which the goroutine that reads packets, then the workers are bound, in turn; the scheduler decides if empty"`
	Workers  int      `yaml:"workers" jsonschema_description:"goroutines that decode and judge; 0 is one a core; the result is the same for any number"`
}

// Process is what the running sensor keeps of its rights.
type Process struct {
	User    string `yaml:"user" jsonschema_description:"user to become when root starts the sensor, with the right to capture and no other"`
	AsRoot  bool   `yaml:"as_root" jsonschema_description:"run as root when root starts it and user is empty; refused otherwise"`
	Forward bool   `yaml:"forward" jsonschema_description:"send on what is found, too; false leaves that to 'spaniel forward', a process with the sinks and without packets"`
	Sandbox bool   `yaml:"sandbox" jsonschema_description:"confine the process to the files it needs, by Landlock, and to harmless system calls, by seccomp, where the kernel has them"`
}

// API is the door for scrapers and queries.
type API struct {
	Listen string `yaml:"listen" jsonschema_description:"loopback address of /metrics, /healthz and /readyz; off to serve none"`
}

// Log is the sensor's own log.
type Log struct {
	Level  string `yaml:"level" jsonschema:"enum=debug,enum=info,enum=warn,enum=error" jsonschema_description:"debug, info, warn or error"`
	Format string `yaml:"format" jsonschema:"enum=auto,enum=console,enum=json" jsonschema_description:"console, json, or auto: console on a terminal"`
}
