package text

import "strings"

// Frameworks that run in a page have handlers and templates of their own: ng-click,
// v-on:click, @click, x-init, hx-on, {{ … }}. Pages of every day have them, too, so
// that what stands in one must prove itself.

// directive reports an attribute's name that a framework evaluates.
func directive(name string) bool {
	for _, p := range [...]string{"ng-", "ng:", "data-", "x-", "v-", "hx-", "@", ":", "(", "[", "on:", "bind:", "wire:", "up-", "unicorn:", "s-", "rv-", "u-"} {
		if prefixFold(name, p) {
			return true
		}
	}
	return name == "_" || strings.HasSuffix(name, "$")
}

// provesDirective judges the value of such an attribute.
func provesDirective(name, value string) bool {
	if foldIn(name, "ng-include", "ng-src", "data-ng-include", "hx-get", "hx-post", "hx-ws", "data-main") && strings.HasPrefix(strings.TrimLeft(value, "'\""), "//") {
		return true
	}
	return provesScript(value)
}

// scriptProofs are what a template or a handler of a framework has no need of.
var scriptProofs = newPhrases([]string{"constructor(", "constructor`", "constructor)", "constructor'](", "constructor\"](", ".constructor.", "ownerdocument", "defaultview", "$event.view", "$event.path", "composedpath", "eval(", "document.cookie", "getownpropertydescriptor", "import('//", "import(\"//", "import('http", "fetch('//", "fetch(`//", "<script", "<img src=x", "<svg", "onerror=", "$eval", "fromcharcode", "alert)(", "alert`", "prompt`", "confirm`", "document.write(", "localstorage.token", "location='//", "location=`//"})

// provesScript reports code that proves or steals: a call of alert with next to nothing
// to say, a way to what templates keep away, a cookie.
func provesScript(v string) bool {
	if at, _ := scriptProofs.find(v); at >= 0 {
		return true
	}
	return alertAt(v) >= 0
}

// alertAt returns where alert, prompt or confirm is called with what nobody would be
// told: a number, the page's own name; -1 if nowhere.
func alertAt(v string) int {
	for _, w := range [...]string{"alert", "prompt", "confirm", "print"} {
		for at := 0; ; {
			i := indexFold(v[at:], w)
			if i < 0 {
				break
			}
			i += at
			at = i + len(w)
			if i > 0 && (isWord(v[i-1]) || v[i-1] == '$') && !isDigit(v[i-1]) {
				continue
			}
			if proofArgument(v[at:], w == "print") {
				return i
			}
		}
	}
	return -1
}

// proofArgument judges what stands behind the name of a call.
func proofArgument(rest string, bare bool) bool {
	rest = strings.TrimLeft(rest, " ")
	if rest == "" || rest[0] != '(' && rest[0] != '`' {
		return false
	}
	if rest[0] == '`' {
		return !bare && strings.IndexByte(rest[1:], '`') >= 0
	}
	end := strings.IndexByte(rest, ')')
	if end < 0 || bare {
		return false
	}
	arg := strings.Trim(rest[1:end], " '\"`/")
	if isDigits(arg) && arg != "" {
		return true
	}
	return foldIn(arg, "document.domain", "document.cookie", "cookie", "domain", "origin", "window.origin", "location", "document", "name", "xss", "x", "document['cookie'", "this", "top", "self.origin")
}

// templateScript reports a template of a framework in the page ({{ … }}, [[ … ]], #{ … })
// that proves itself.
func templateScript(s string) (from, to int, hit bool) {
	for at := 0; ; {
		i := strings.IndexAny(s[at:], "{[")
		if i < 0 || at+i+1 >= len(s) {
			return 0, 0, false
		}
		i += at
		at = i + 1
		var closer string
		switch {
		case strings.HasPrefix(s[i:], "{{"):
			closer = "}}"
		case strings.HasPrefix(s[i:], "[["):
			closer = "]]"
		case s[i] == '{' && i > 0 && (s[i-1] == '#' || s[i-1] == '$'):
			closer = "}"
		default:
			continue
		}
		end := strings.Index(s[i+2:min(len(s), i+600)], closer)
		if end < 0 {
			continue
		}
		body := s[i+len(closer) : i+2+end]
		if closer == "}" {
			body = s[i+1 : i+2+end]
		}
		if provesScript(body) && strings.IndexByte(body, '<') < 0 {
			return i, i + 2 + end + len(closer), true
		}
		at = i + 2 + end
	}
}
