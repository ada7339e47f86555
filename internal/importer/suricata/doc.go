// Package suricata translates the part of Suricata's signatures that looks at
// HTTP buffers into rules of Spaniel's: contents with their positions, simple
// regular expressions, thresholds. It reads texts and touches no file.
package suricata
