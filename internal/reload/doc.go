// Package reload keeps the rules of a running sensor up with their files: it
// notices that they changed, reads and checks them, runs the tests of the rules
// that are new, and hands a set that passes to the sensor. A set that does not
// leaves the one before judging. It judges nothing itself.
package reload
