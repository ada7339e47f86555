package detect

import "spaniel/detect/text"

// named runs a matcher of user agents and returns the name it found, lower
// case, or "".
func named(match func(string) (int, string, bool), ua string) string {
	if _, name, ok := match(ua); ok {
		return lowerASCII(name)
	}
	return ""
}

// knownBot returns the name of the crawler ua claims to be. Anyone can claim
// it: the claim is what rules weigh against the address.
func knownBot(ua string) string { return named(text.KnownBot, ua) }

// scannerAgent returns the name of the attack tool ua admits to be.
func scannerAgent(ua string) string { return named(text.ScannerUA, ua) }

// toolAgent returns the name of the program, library or tool ua admits to be.
func toolAgent(ua string) string {
	if n := scannerAgent(ua); n != "" {
		return n
	}
	return named(text.ToolUA, ua)
}
