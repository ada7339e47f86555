// Package crowdsec translates CrowdSec scenarios about HTTP logs into rules of
// Spaniel's: the filter, and buckets of the types trigger and leaky. It reads
// texts and touches no file.
package crowdsec
