package detect

import (
	"sort"
)

// A Function is a function or an aggregate that expressions can use, as the
// reference shows it.
type Function struct {
	Name, Meaning, Example string
	// Window says that it is an aggregate: for having, escalate and the
	// clauses of rules with a window.
	Window bool
}

// Functions lists the functions of the expression language, then the
// aggregates, each part by name. What the expression library itself offers is
// not among them.
func Functions() []Function {
	var out []Function
	for _, f := range functionTable() {
		out = append(out, Function{Name: f.name, Meaning: f.meaning, Example: f.example})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return append(out, aggregateReference()...)
}

func aggregateReference() []Function {
	return []Function{
		{"absent", "something was not followed in time by what should", `absent(call.kind == "login" && !call.failed, call.kind == "otp", "2m")`, true},
		{"alerts", "alerts of another rule, or of a category, about the same key", `alerts("credential-stuffing") > 0`, true},
		{"baseline", "what an aggregate usually is for this key, by hour of the day where there is enough", "count() > 10 * baseline(count())", true},
		{"bucket", "level of a bucket that each call fills by one and that leaks one every so often", `bucket("5s") > 10`, true},
		{"callers", "how many different callers have used the endpoint, as far as calls say who calls; 17 stands for all beyond 16", "callers() <= 3", true},
		{"count", "calls in the window", "count() >= 20", true},
		{"count_if", "calls for which a condition holds", "count_if(!call.failed) > 0", true},
		{"distinct", "different values", "distinct(req.user) >= 20", true},
		{"first", "value in the oldest call", `first(req.path) == "/"`, true},
		{"foreign_ids", "ids in the request that responses gave to one other caller alone; 0 until enough calls and time have passed", "foreign_ids() > 0", true},
		{"gap_cv", "deviation of the gaps between requests by their mean: 0 is a metronome, 1 chance; 1 below three calls", "gap_cv() < 0.1", true},
		{"last", "value in the newest call", "last(resp.status) == 200", true},
		{"learned_calls", "calls of this endpoint that worked, as far as learned", "learned_calls() >= 500", true},
		{"learned_from", "what is known of the endpoint rests on so many calls in such a time, as text", `learned_from() != ""`, true},
		{"learned_hours", "how long the endpoint has been known, in hours of packet time", "learned_hours() > 24", true},
		{"max", "largest value", "max(resp.body_bytes) > 1000000", true},
		{"mean", "mean value", "mean(call.duration_us) > 2000000", true},
		{"min", "smallest value", "min(resp.status) >= 400", true},
		{"new_caller", "the caller has never used the endpoint, though enough calls and time have passed and all who have are known", "new_caller()", true},
		{"new_fields", "fields of the request that no call of this endpoint had before; 0 until enough calls and time have passed", "new_fields() > 0", true},
		{"new_ids", "ids in the request that its caller was never given, never made and never used; 0 until enough calls and time have passed", "new_ids() > 0", true},
		{"new_returned", "fields of the response that callers of this role were never given; 0 until enough calls and time have passed", "new_returned() > 0", true},
		{"others_returned", "those of new_returned() that callers of another role were given", "others_returned() > 0", true},
		{"odd_types", "fields of the request with a type that they had in no call before; 0 until enough calls and time have passed", "odd_types() > 0", true},
		{"odd_alg", "the token's issuer hardly ever used its algorithm here: for less than one in a hundred tokens; false until enough tokens and time have passed", "odd_alg()", true},
		{"odd_syntax", "fields of the request that hold text with syntax, while they held numbers, ids or dates in all calls before; 0 until enough calls and time have passed", "odd_syntax() > 0", true},
		{"other_signature", "what the call's token says was accepted before with another signature, though its algorithm gives one alone", "other_signature()", true},
		{"quantile", "value that a share of the calls does not exceed", "quantile(call.ttfb_us, 0.9) > 500000", true},
		{"rate", "calls a second over the window's length", "rate() > 50", true},
		{"ratio", "share of calls for which a condition holds", "ratio(call.failed) > 0.85", true},
		{"read_only_fields", "fields of the request's body that no call of this endpoint had before, but answers about the same thing have; 0 until enough calls and time have passed", "read_only_fields() > 0", true},
		{"sequence", "calls met these conditions one after another, with the longest gaps allowed between them", `sequence(resp.status == 401, "30s", resp.status == 200)`, true},
		{"speed", "kilometres an hour of the latest step of 500 km or more between two calls, by the places they came from", "speed(location(client.real_ip)) > 1000", true},
		{"stddev", "standard deviation", "stddev(req.body_bytes) < 10", true},
		{"stored_scripts", "pieces of script in the page that another call's request stored within a week", "stored_scripts() > 0", true},
		{"sum", "sum of the values", "sum(resp.body_bytes) > 100000000", true},
		{"top", "the most frequent value", `top(req.path) == "/login"`, true},
		{"topk", "share of the calls that have one of the most frequent values", "topk(req.password_hash, 1) > 0.9", true},
		{"usual_auth", "share of the calls of this endpoint that carried credentials; -1 until enough calls and time have passed", "usual_auth() > 0.98", true},
		{"usual_bytes", "a size that one answer of this endpoint in a hundred reaches, a power of two; -1 until enough calls and time have passed", "usual_bytes() > 0", true},
		{"usual_ids", "share of the ids asked for at this endpoint that the caller had been given, made or used before; -1 until enough calls and time have passed", "usual_ids() > 0.98", true},
		{"usual_role", "share of the endpoint's calls that callers of this role made; -1 until enough calls and time have passed, of the endpoint and of the role", "usual_role() == 0", true},
	}
}
