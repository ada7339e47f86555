package detect

import (
	"net/netip"

	"spaniel/detect/learned"
	"spaniel/event"
)

// Config is what judging needs from outside. Hash and Redact must be
// deterministic and safe for use by several goroutines.
type Config struct {
	// Sensor is put into every alert.
	Sensor event.AlertSensor
	// Hash makes a keyed hash of a secret of some kind; nil: secrets are
	// left out.
	Hash func(kind, secret string) string
	// Redact takes the secrets out of a text found at a place of the call;
	// nil: text is kept as it is, which only tests want.
	Redact func(place, text string) string
	// User and Addr say how a user name and a client's address are shown and
	// kept in windows, which may be as a hash; nil: User as Redact has it,
	// Addr as it is. Conditions see both as on the wire.
	User func(name string) string
	Addr func(a netip.Addr) netip.Addr
	// RealIP finds the client behind trusted proxies; nil: nobody is trusted.
	RealIP func(client netip.Addr, req *event.Message) netip.Addr
	// Observed, if set, is told what each observation adds to each of its windows,
	// before the alerts that follow; the record is its to keep.
	Observed func(o event.Order, r *event.ObservationRecord)
	// Now, if set, is a wall clock in ns by which rules are timed. What is
	// said never depends on it.
	Now    func() int64
	Limits Limits
	// Learned bounds what the ordered stage learns, and says when it is enough.
	Learned learned.Limits
	// Learn makes lessons of all calls, also where no rule asks what was learned.
	Learn bool
}

// Limits bound what judging keeps and makes; zero values mean the defaults.
type Limits struct {
	// WindowEntries bounds the calls held in all windows together; 400,000,
	// at some 150 bytes each 60 MB.
	WindowEntries int
	// WindowKeys bounds the windows; 100,000.
	WindowKeys int
	// OpenAlerts bounds the alerts whose further calls are counted while
	// their key is quiet; 4,096.
	OpenAlerts int
	// RuleAlerts is how many alerts of one severity a rule may raise in a
	// minute; one more alert says how many were held back; 5,000.
	RuleAlerts uint64
	// CallAlerts bounds the alerts of one call; 64.
	CallAlerts int
	// RuleSteps is what evaluating one rule on one call may cost, in bytes of
	// text looked at; 64 Mi. Beyond it the rule finds nothing, which is an
	// error of it. Steps are counted, not timed: a replay does the same.
	RuleSteps int
	// RuleErrors is how many errors at run time put a rule out of service,
	// in one partition or in the ordered stage; 100.
	RuleErrors uint64
}

// The defaults of the limits on windows, made for a budget of 1 GiB.
const (
	DefaultWindowEntries = 400_000
	DefaultWindowKeys    = 100_000
)

func (l Limits) complete() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.WindowEntries, DefaultWindowEntries)
	set(&l.WindowKeys, DefaultWindowKeys)
	set(&l.OpenAlerts, 4096)
	set(&l.CallAlerts, 64)
	set(&l.RuleSteps, 64<<20)
	if l.RuleAlerts == 0 {
		l.RuleAlerts = 5000
	}
	if l.RuleErrors == 0 {
		l.RuleErrors = 100
	}
	return l
}

// RuleStats counts what became of one rule in one judge or stage.
type RuleStats struct {
	ID string
	// Considered calls passed the prefilter; Matched is where the condition held.
	Considered, Matched uint64
	// Excepted calls were kept from the rule by an exception; those that were
	// kept from all rules are counted under no id.
	Excepted uint64
	// Nanos is what evaluating has taken, as far as one in sixteen tells, and
	// Slowest the longest of those; both 0 where nobody times.
	Nanos, Slowest uint64
	// Errors at run time; LastError is the latest. A rule with too many is
	// quarantined: judged no more.
	Errors      uint64
	LastError   string
	Quarantined bool
}

// fail counts an error and quarantines at the limit.
func (r *RuleStats) fail(err error, limit uint64) {
	r.Errors++
	r.LastError = cut(err.Error(), maxText)
	r.Quarantined = r.Quarantined || r.Errors >= limit
}
