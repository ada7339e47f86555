package semantics

import (
	"strings"

	"spaniel/detect/text"
)

// maxProduct bounds a family in bytes: it goes into columns of few distinct
// values.
const maxProduct = 32

// Agent says what a user agent calls itself: family in lower case (an attack
// tool, a library, a bot, the browser behind the common "Mozilla/5.0 (…)", or
// the first product's name), and bot, the name as sent of the crawler it claims
// to be, or "". Anyone can claim either.
func Agent(ua string) (family, bot string) {
	if ua == "" {
		return "", ""
	}
	bot = claimedBot(ua)
	for _, match := range [...]func(string) (int, string, bool){text.ScannerUA, text.ToolUA} {
		if _, name, ok := match(ua); ok {
			return family32(name), bot
		}
	}
	if bot != "" {
		return family32(bot), bot
	}
	if !strings.HasPrefix(ua, "Mozilla/") {
		return family32(product(ua)), ""
	}
	// Later browsers also carry the names of earlier ones: the order decides.
	for _, b := range [...]struct{ mark, family string }{{"Edg", "edge"}, {"OPR/", "opera"}, {"Firefox/", "firefox"},
		{"Chrome/", "chrome"}, {"CriOS/", "chrome"}, {"Safari/", "safari"}, {"Trident/", "ie"}, {"MSIE ", "ie"}} {
		if strings.Contains(ua, b.mark) {
			return b.family, ""
		}
	}
	return "mozilla", ""
}

func family32(name string) string { return strings.ToLower(name[:min(len(name), maxProduct)]) }

// claimedBot is the crawler that ua claims to be: one that is known, else the
// word that is, or ends with, bot, crawler or spider.
func claimedBot(ua string) string {
	if _, name, ok := text.KnownBot(ua); ok {
		return name
	}
	for i := 0; i < len(ua); {
		word := product(ua[i:])
		if word == "" {
			i++
			continue
		}
		i += len(word)
		for _, mark := range [...]string{"bot", "crawler", "spider"} {
			if n := len(word) - len(mark); n >= 0 && strings.EqualFold(word[n:], mark) {
				return word
			}
		}
	}
	return ""
}

// product is the name at the start of s, up to what cannot be part of one.
func product(s string) string {
	n := 0
	for n < len(s) && n < maxProduct && productByte(s[n], n) {
		n++
	}
	return s[:n]
}

func productByte(c byte, at int) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || at > 0 && (c == '-' || c == '_' || c == '.')
}
