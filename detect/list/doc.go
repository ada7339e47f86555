// Package list holds the named lists that rules look values up in: networks,
// texts, wildcards and regular expressions, read from files that other tools
// write and that change while the sensor runs. It reads no file itself and
// judges nothing; what is in force at a moment is asked with that moment, so
// that a capture gives the same answer whenever it is read.
//
// A file has an entry on each line. A comment begins with # at the line's
// start or behind a blank. An entry may be followed by expires=2026-12-31 (it
// holds through that day, UTC) or expires=2026-12-31T18:00:00Z. An entry in
// double quotes is a Go string, for what begins or ends with a blank or holds
// one before #.
package list
