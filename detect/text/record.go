package text

// recordWords are names of members by which records of events are known: what
// log shippers, tracers, scanners and sensors send, which tell of what others did.
var recordWords = wordSet(`level severity loglevel log_level severity_text logger logger_name hostname container container_name container_id pid ppid process process_name
 facility syslog appname sourcetype ddsource ddtags exception stacktrace stack_trace breadcrumbs event_id eventid event_type event_data eventdata winlog ecs client_ip clientip
 src_ip source_ip srcip remote_addr remote_ip dest_ip user_agent useragent status_code statuscode duration_ms latency_ms query_time trace_id span_id traceid spanid spans resourcespans resourcelogs logrecords
 logs log cmdline command_line commandline parentimage signature signature_id rule_id ruleid terminatingruleid httprequest payload_printable csp-report document-uri blocked-uri violated-directive
 output_fields findings vulnerabilities vulnerability cvss evidence poc indicators iocs ioc sigma yara detections remediation
 matched_data audit_data binds log_type kubernetes`)

// soleWords are those that nothing but such records has.
var soleWords = wordSet(`sourcetype ddsource breadcrumbs csp-report winlog resourcespans resourcelogs terminatingruleid payload_printable output_fields sigma yara iocs violated-directive cmdline indicators`)

// timeWords are names of the member that says when it was.
var timeWords = wordSet(`timestamp @timestamp time ts datetime date_time event_time eventtime unixtime timeunixnano starttimeunixnano observedtimestamp logged_at start_time starttime`)

// RecordWord weighs a name of a member: 3 where only records of events have it, 2 where records of events have it and
// little else does, 1 where it says when something was, 0 otherwise.
//
// Example: RecordWord("winlog") = 3, RecordWord("severity") = 2, RecordWord("@timestamp") = 1, RecordWord("name") = 0.
func RecordWord(name string) int {
	switch {
	case lookFold(soleWords, name) != "":
		return 3
	case lookFold(recordWords, name) != "":
		return 2
	case lookFold(timeWords, name) != "":
		return 1
	}
	return 0
}
