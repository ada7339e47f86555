// Package text holds the matchers: pure functions that read one string (one
// reading of a leaf, a user agent, a response body) and say whether a grammar
// shows in it, where, and by which bytes. One matcher a file.
//
// It is not a rule engine: it knows no severity, no place in a call, no
// traffic before or after. It does not decode either; whoever calls walks the
// readings of a leaf and asks once for each.
//
// Every matcher has the shape
//
//	func X(s string) (offset int, match string, ok bool)
//
// where match is the part of s, at most matchMax bytes, that starts at offset
// and shows why. A matcher X with a byte prefilter has XNeeds: a string that
// holds none of those bytes cannot match. Matchers never panic, whatever the
// bytes, and read at most scanMax bytes of s.
package text
