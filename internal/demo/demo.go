// Package demo holds the bundled capture: a few minutes of a small shop's
// API, ordinary customers and five attacks. README.md says what happens in it
// and when. Frames makes it anew; a test compares it with the file. It judges
// nothing: what Spaniel should find in it is what Expected lists.
package demo

import (
	_ "embed" // for go:embed below
	"time"
)

//go:embed shop.pcap
var pcap []byte

// Capture returns the bundled capture, a classic pcap file. The caller must
// not change it.
func Capture() []byte { return pcap }

// An Expect is one attack in the capture.
type Expect struct {
	// Client is the attacker's address. Alerts of other clients are false alarms.
	Client string
	// Packs are the categories' first words under which it may be found; one
	// alert under any of them is enough.
	Packs []string
	// Calls is how many calls the client makes, Begin and End when, since Start.
	Calls      int
	Begin, End time.Duration
	// Succeeds says that the server gave the attacker what it wanted.
	Succeeds bool
	// What it is, in a few words.
	What string
}

// The addresses of the attackers.
const (
	Injector = "203.0.113.66"
	Stuffer  = "203.0.113.77"
	Scanner  = "203.0.113.88"
	Scraper  = "203.0.113.99"
	Flooder  = "203.0.113.111"
)

// Start is the time of the capture's origin: 2026-03-10 09:00 UTC.
const Start int64 = 1773133200e9

// TotalCalls is how many calls the whole capture holds.
const TotalCalls = 829

// Expected lists the attacks in the order in which they begin.
func Expected() []Expect {
	return []Expect{
		{Injector, []string{"injection"}, 9, 60 * time.Second, 105 * time.Second, true, "SQL injection: error, column count, UNION SELECT, users dumped"},
		{Stuffer, []string{"auth"}, 66, 100 * time.Second, 160 * time.Second, true, "credential stuffing: 66 user names, two logins succeed"},
		{Scanner, []string{"recon", "bots"}, 70, 170 * time.Second, 200 * time.Second, false, "scanner: 70 paths that do not exist, with a scanner's user agent"},
		{Scraper, []string{"access", "bots"}, 91, 200 * time.Second, 290 * time.Second, true, "scraper: one token walks order ids 1001 to 1090"},
		{Flooder, []string{"dos"}, 400, 300 * time.Second, 306 * time.Second, false, "burst: 400 searches in about four seconds"},
	}
}
