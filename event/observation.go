package event

// An ObservationRecord is what one call adds to one window of one rule, as sent.
// It has no secret in it.
type ObservationRecord struct {
	Time, Clock Nanos
	ID          ID
	Rule        string
	RuleHash    string
	By, Key     string
	CallID      ID
	Values      ValueMap
	SensorName  string
	SensorZone  string
	SpooledDay  string
}

// ObservationColumns lists the fields of an observation in their order.
func ObservationColumns() []Column[ObservationRecord] {
	return []Column[ObservationRecord]{
		{"ts", 1, TypeTime, "time of the call", "2026-11-22T08:00:00.123456Z", func(r *ObservationRecord) any { return &r.Time }},
		{"clock", 2, TypeTime, "the packets' clock when it came, which windows slide on", "2026-11-22T08:00:00.123456Z", func(r *ObservationRecord) any { return &r.Clock }},
		{"observation_id", 3, TypeID, "id of the observation, the same whenever the traffic is read again", "0f1e…", func(r *ObservationRecord) any { return &r.ID }},
		{"rule_id", 4, TypeEnum, "rule whose window it is", "credential-stuffing", func(r *ObservationRecord) any { return &r.Rule }},
		{"rule_hash", 5, TypeEnum, "hash of that rule's text: windows of another one are others", "a1b2c3d4e5f6", func(r *ObservationRecord) any { return &r.RuleHash }},
		{"window_by", 6, TypeEnum, "what the rule's windows are told apart by, joined by |; empty if it has one window", "client.ip", func(r *ObservationRecord) any { return &r.By }},
		{"window_key", 7, TypeString, "which window, redacted", "203.0.113.9", func(r *ObservationRecord) any { return &r.Key }},
		{"call_id", 8, TypeID, "id of the call", "0f1e…", func(r *ObservationRecord) any { return &r.CallID }},
		{"values", 9, TypeValues, "what the rule's aggregates are given, by their arguments, redacted; a text of which only is counted how many differ is a keyed hash, a number", `{"req.user":"u17"}`, func(r *ObservationRecord) any { return &r.Values }},
		{"sensor_name", 10, TypeEnum, "name of the sensor", "dc1-span", func(r *ObservationRecord) any { return &r.SensorName }},
		{"sensor_zone", 11, TypeEnum, "zone of the sensor, from its configuration", "prod", func(r *ObservationRecord) any { return &r.SensorZone }},
		{"spooled_day", 12, TypeDate, "day the record was spooled, UTC", "2026-11-22", func(r *ObservationRecord) any { return &r.SpooledDay }},
	}
}
