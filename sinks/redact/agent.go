package redact

import "strings"

// maxProduct bounds a family: it goes into columns of few distinct values.
const maxProduct = 32

// agentFamily is the family of a user agent: the browser behind the common
// "Mozilla/5.0 (…)" preamble, else the first product's name in lower case.
func agentFamily(ua string) string {
	if ua == "" {
		return ""
	}
	if strings.HasPrefix(ua, "Mozilla/") {
		if bot := claimedBot(ua); bot != "" {
			return strings.ToLower(bot)
		}
		// Later ones also carry the names of earlier ones: the order decides.
		for _, b := range [...]struct{ mark, family string }{{"Edg", "edge"}, {"OPR/", "opera"}, {"Firefox/", "firefox"},
			{"Chrome/", "chrome"}, {"CriOS/", "chrome"}, {"Safari/", "safari"}, {"Trident/", "ie"}, {"MSIE ", "ie"}} {
			if strings.Contains(ua, b.mark) {
				return b.family
			}
		}
		return "mozilla"
	}
	return strings.ToLower(product(ua))
}

// product is the name at the start of s, up to what cannot be part of one.
func product(s string) string {
	n := 0
	for n < len(s) && n < maxProduct && (alnum(s[n]) || s[n] == '-' || s[n] == '_' || s[n] == '.') {
		n++
	}
	return s[:n]
}

// claimedBot is the name of the bot that the user agent claims to be: the
// word that ends with, or is, bot, crawler or spider.
func claimedBot(ua string) string {
	for i := 0; i < len(ua); {
		if !alnum(ua[i]) {
			i++
			continue
		}
		word := product(ua[i:])
		i += len(word)
		for _, mark := range [...]string{"bot", "crawler", "spider"} {
			if n := len(word) - len(mark); n >= 0 && fold(word[n:], mark) {
				return word
			}
		}
	}
	return ""
}
