package event

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
)

// AlertRow is an alert as a row of the alerts table: the flattening of its
// JSON form, dots turned to underscores.
type AlertRow struct {
	ID                                    ID
	DedupKey                              string
	Time, FirstSeen, LastSeen             Nanos
	Count                                 uint64
	State, Severity                       string
	SevNum                                uint16
	Confidence                            float32
	Outcome                               string
	RuleID, RuleTitle, Category           string
	Refs                                  []string
	Ruleset                               string
	SensorName, SensorZone, SensorVersion string
	ClientIP, ServerIP                    netip.Addr
	ClientPort, ServerPort                uint16
	Country                               string
	PrincipalKind, PrincipalID            string
	User, Session                         string
	Method, Host, Route, Target           string
	UserAgent                             string
	Status                                uint16
	Evidence                              string // JSON
	Message                               string
	Calls                                 []string
	Query                                 string
	Loss, SampleRate                      float32
	SpooledDay                            string
}

// Row flattens the alert.
func (a *Alert) Row() (AlertRow, error) {
	var ev strings.Builder
	enc := json.NewEncoder(&ev)
	enc.SetEscapeHTML(false) // it is read as SQL shows it, never as markup
	if err := enc.Encode(a.Evidence); err != nil {
		return AlertRow{}, fmt.Errorf("flattening alert %s: %w", a.ID, err)
	}
	calls := make([]string, len(a.Calls))
	for i, c := range a.Calls {
		calls[i] = c.String()
	}
	client, _ := netip.ParseAddr(a.Client.IP) // an empty address stays invalid, which is NULL
	server, _ := netip.ParseAddr(a.Server.IP)
	return AlertRow{ID: a.ID, DedupKey: a.DedupKey, Time: a.Time, FirstSeen: a.FirstSeen, LastSeen: a.LastSeen, Count: a.Count,
		State: a.State, Severity: a.Severity.String(), SevNum: a.SevNum, Confidence: a.Confidence, Outcome: string(a.Outcome),
		RuleID: a.Rule.ID, RuleTitle: a.Rule.Title, Category: a.Rule.Category, Refs: a.Rule.Refs, Ruleset: a.Rule.Ruleset,
		SensorName: a.Sensor.Name, SensorZone: a.Sensor.Zone, SensorVersion: a.Sensor.Version,
		ClientIP: client, ClientPort: a.Client.Port, Country: a.Client.Country, ServerIP: server, ServerPort: a.Server.Port,
		PrincipalKind: a.Principal.Kind, PrincipalID: a.Principal.ID, User: a.Principal.User, Session: a.Principal.Session,
		Method: a.Req.Method, Host: a.Req.Host, Route: a.Req.Route, Target: a.Req.Target, UserAgent: a.Req.UserAgent, Status: a.Resp.Status,
		Evidence: strings.TrimSuffix(ev.String(), "\n"), Message: a.Message, Calls: calls, Query: a.Links.Query,
		Loss: float32(a.Quality.Loss), SampleRate: float32(a.Quality.SampleRate), SpooledDay: a.SpooledDay}, nil
}

// AlertColumns lists the columns of the alerts table.
func AlertColumns() []Column[AlertRow] {
	return []Column[AlertRow]{
		{"id", 1, TypeID, "id of the alert, the same whenever the traffic is read again", "0f1e…", func(r *AlertRow) any { return &r.ID }},
		{"dedup_key", 2, TypeString, "groups alerts of one attacker on one endpoint", "id-walk|10.0.3.9|…", func(r *AlertRow) any { return &r.DedupKey }},
		{"ts", 3, TypeTime, "when the rule fired", "2026-11-22T08:00:00.123456Z", func(r *AlertRow) any { return &r.Time }},
		{"first_seen", 4, TypeTime, "first call it rests on", "2026-11-22T08:00:00.123456Z", func(r *AlertRow) any { return &r.FirstSeen }},
		{"last_seen", 5, TypeTime, "last call it rests on", "2026-11-22T08:00:00.123456Z", func(r *AlertRow) any { return &r.LastSeen }},
		{"count", 6, TypeU64, "calls it rests on", "212", func(r *AlertRow) any { return &r.Count }},
		{"state", 7, TypeEnum, "open; closed when its rule saw that it is over", "open", func(r *AlertRow) any { return &r.State }},
		{"severity", 8, TypeEnum, "info, low, medium, high, critical", "high", func(r *AlertRow) any { return &r.Severity }},
		{"severity_num", 9, TypeU16, "10, 30, 50, 70, 90", "70", func(r *AlertRow) any { return &r.SevNum }},
		{"confidence", 10, TypeF32, "0 to 1", "0.9", func(r *AlertRow) any { return &r.Confidence }},
		{"outcome", 11, TypeEnum, "tried, refused, failed, likely_succeeded, unknown", "likely_succeeded", func(r *AlertRow) any { return &r.Outcome }},
		{"rule_id", 12, TypeEnum, "rule that fired", "credential-stuffing", func(r *AlertRow) any { return &r.RuleID }},
		{"rule_title", 13, TypeEnum, "its title", "One source tries many accounts", func(r *AlertRow) any { return &r.RuleTitle }},
		{"rule_category", 14, TypeEnum, "pack/kind", "auth/stuffing", func(r *AlertRow) any { return &r.Category }},
		{"rule_refs", 15, TypeStrings, "CWE, ATT&CK, OWASP references", `["attack:T1110.004"]`, func(r *AlertRow) any { return &r.Refs }},
		{"ruleset", 16, TypeEnum, "hash of the rule set", "a1b2c3d4e5f6", func(r *AlertRow) any { return &r.Ruleset }},
		{"sensor_name", 17, TypeEnum, "sensor", "dc1-span", func(r *AlertRow) any { return &r.SensorName }},
		{"sensor_zone", 18, TypeEnum, "zone", "prod", func(r *AlertRow) any { return &r.SensorZone }},
		{"sensor_version", 19, TypeEnum, "version of Spaniel", "0.1.0", func(r *AlertRow) any { return &r.SensorVersion }},
		{"client_ip", 20, TypeIP, "calling address", "203.0.113.9", func(r *AlertRow) any { return &r.ClientIP }},
		{"client_port", 21, TypeU16, "calling port", "51514", func(r *AlertRow) any { return &r.ClientPort }},
		{"client_country", 22, TypeEnum, "its country", "NL", func(r *AlertRow) any { return &r.Country }},
		{"principal_kind", 23, TypeEnum, "how the caller authenticates", "none", func(r *AlertRow) any { return &r.PrincipalKind }},
		{"principal_id", 24, TypeString, "keyed hash of the credential", "5d41402abc4b2a76", func(r *AlertRow) any { return &r.PrincipalID }},
		{"principal_user", 25, TypeString, "user name", "u17", func(r *AlertRow) any { return &r.User }},
		{"principal_session", 26, TypeString, "keyed hash of the session id", "7d793037a0760186", func(r *AlertRow) any { return &r.Session }},
		{"server_ip", 27, TypeIP, "called address", "10.0.0.5", func(r *AlertRow) any { return &r.ServerIP }},
		{"server_port", 28, TypeU16, "called port", "443", func(r *AlertRow) any { return &r.ServerPort }},
		{"req_method", 29, TypeEnum, "method of the last sample", "POST", func(r *AlertRow) any { return &r.Method }},
		{"req_host", 30, TypeEnum, "host", "shop.example", func(r *AlertRow) any { return &r.Host }},
		{"req_route", 31, TypeEnum, "route", "/login", func(r *AlertRow) any { return &r.Route }},
		{"req_target", 32, TypeString, "target, redacted", "/login", func(r *AlertRow) any { return &r.Target }},
		{"req_user_agent", 33, TypeString, "user agent", "python-requests/2.32", func(r *AlertRow) any { return &r.UserAgent }},
		{"resp_status", 34, TypeU16, "status, 0 when none was seen", "200", func(r *AlertRow) any { return &r.Status }},
		{"evidence", 35, TypeString, "evidence as JSON", `[{"place":"query.q"}]`, func(r *AlertRow) any { return &r.Evidence }},
		{"message", 36, TypeString, "the verdict in a sentence", "212 logins for 61 users from one client", func(r *AlertRow) any { return &r.Message }},
		{"calls", 37, TypeStrings, "ids of the calls it rests on", `["0f1e…"]`, func(r *AlertRow) any { return &r.Calls }},
		{"link_query", 38, TypeString, "SQL that shows those calls", "SELECT …", func(r *AlertRow) any { return &r.Query }},
		{"quality_loss", 39, TypeF32, "share of bytes lost on the connections judged", "0", func(r *AlertRow) any { return &r.Loss }},
		{"quality_sample_rate", 40, TypeF32, "share of calls kept", "1", func(r *AlertRow) any { return &r.SampleRate }},
		{"spooled_day", 41, TypeDate, "day the record was spooled, UTC", "2026-11-22", func(r *AlertRow) any { return &r.SpooledDay }},
	}
}
