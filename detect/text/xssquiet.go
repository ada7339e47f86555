package text

import "strings"

// Pages of every day have scripts: menus that open, tabs, forms that are checked,
// counters. A proof or a theft needs something that those do without: a call that
// shows it ran, a secret, a place to send it to, or a spelling that hides it.

// maxQuiet bounds what is read as such a script.
const maxQuiet = 8 << 10

// quietCode reports code that uses none of that.
func quietCode(v string) bool {
	if v == "" || len(v) > maxQuiet || strings.Contains(v, "&#") || strings.Contains(v, "&lpar") || strings.Contains(v, "\\u") || strings.Contains(v, "\\x") {
		return false
	}
	known := knownCounter(v)
	quote := byte(0)
	for i := 0; i < len(v); {
		c := v[i]
		if !isLetter(c) && c != '_' && c != '$' {
			switch {
			case quote != 0 && c == '\\':
				i++
			case quote != 0 && c == quote:
				quote = 0
			case quote == 0 && (c == '\'' || c == '"' || c == '`'):
				if c == '`' && i > 0 && (isWord(v[i-1]) || v[i-1] == ')' || v[i-1] == ']') {
					return false // a call without brackets
				}
				if i > 1 && v[i-1] == '[' && (isWord(v[i-2]) || v[i-2] == ')' || v[i-2] == ']') {
					return false // a field by a name that is put together: top['al'+'ert']
				}
				quote = c
			}
			i++
			continue
		}
		end := i
		for end < len(v) && (isWord(v[end]) || v[end] == '$') {
			end++
		}
		if !quietName(v, i, end, quote != 0, known) {
			return false
		}
		i = end
	}
	return true
}

// quietName judges the name at v[i:end]; text says that it stands in a literal.
func quietName(v string, i, end int, text, known bool) bool {
	rest := strings.TrimLeft(v[end:], " \t\r\n")
	call := strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "`")
	name := v[i:end]
	kind := lookFold(loudNames, name)
	switch {
	case kind == "" || kind == "known" && known:
		return true
	case text && !call && kind != "word":
		return true // a word that is shown
	}
	switch kind {
	case "timer":
		arg := strings.TrimLeft(strings.TrimPrefix(rest, "("), " ")
		return arg != "" && arg[0] != '\'' && arg[0] != '"' && arg[0] != '`' && (isLetter(arg[0]) || arg[0] == '(')
	case "confirm", "print":
		// asked before something is deleted; a page's button
		if kind == "print" {
			return strings.HasPrefix(v, "window.print()") && i == 7
		}
		arg := strings.TrimPrefix(rest, "(")
		return len(arg) > 3 && (arg[0] == '\'' || arg[0] == '"') && strings.IndexByte(arg, ' ') > 0
	case "go": // location, href, src: where to
		return quietTarget(rest, v[:i], known)
	case "open":
		arg := strings.TrimLeft(strings.TrimPrefix(rest, "("), "'\" ")
		return !call || !strings.HasPrefix(arg, "//") && !prefixFold(arg, "http:") && (prefixFold(arg, "this.href") || strings.HasPrefix(arg, "/") || prefixFold(arg, "https://"))
	case "inner": // a page's text, not all of it
		return known || !strings.HasSuffix(v[:i], "body.") && strings.IndexByte(v, '<') < 0
	case "function":
		return name != "Function"
	case "field": // document.cookie, document.write
		return !strings.HasSuffix(v[:i], ".")
	}
	return false
}

// quietTarget reports that a field that leads somewhere is only read, or set to a
// page or a file of the site itself.
func quietTarget(rest, before string, known bool) bool {
	rest = strings.TrimPrefix(rest, ".href")
	rest = strings.TrimLeft(rest, " ")
	if !strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "==") {
		return !strings.HasPrefix(rest, ".hash") && !strings.HasPrefix(rest, ".search") && !strings.HasPrefix(rest, "(") && !strings.HasPrefix(rest, "[") && !strings.HasPrefix(rest, ".assign") && !strings.HasPrefix(rest, ".replace")
	}
	to := strings.TrimLeft(rest[1:], " ")
	if to == "" {
		return false
	}
	switch {
	case to[0] == '\'' || to[0] == '"':
		path := to[1:]
		return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "/\\") || path != "" && (isWord(path[0]) || strings.IndexByte("#?.", path[0]) >= 0 || path[0] == to[0]) && !strings.Contains(path[:min(len(path), 12)], ":") || known
	case prefixFold(to, "this."), prefixFold(to, "null"):
		return true
	}
	return known || strings.HasSuffix(before, "this.")
}

// loudNames are names by kind: a "word" is loud even in a literal, "known" only in
// what is no counter's script.
var loudNames = func() map[string]string {
	set := map[string]string{}
	for _, k := range []struct{ kind, names string }{
		{"loud", "alert prompt eval fetch xmlhttprequest sendbeacon atob btoa unescape fromcharcode fromcodepoint constructor import importscripts localstorage sessionstorage indexeddb execscript websocket eventsource postmessage image getscript ajax navigator throw globalthis frames parent top self reflect outerhtml srcdoc expression msgbox activexobject opener credentials"},
		{"word", "javascript vbscript onerror_ xss pwned hacked attacker"},
		{"known", "createelement appendchild insertbefore insertadjacenthtml"},
		{"timer", "settimeout setinterval"},
		{"confirm", "confirm"}, {"print", "print"}, {"open", "open"}, {"function", "function"},
		{"inner", "innerhtml"},
		{"go", "location href src action formaction"},
		{"field", "cookie domain write writeln execcommand"},
	} {
		for n := range strings.FieldsSeq(k.names) {
			set[n] = k.kind
		}
	}
	return set
}()

// knownCounter reports the script by which a page counts its visitors or shows what
// another service has.
func knownCounter(s string) bool {
	_, w := indexAnyFold(s, []string{"datalayer", "gtag(", "googletagmanager", "google-analytics", "fbq(", "_paq", "_hsq", "hbspt.", "adsbygoogle", "intercomsettings", "_gaq", "mathjax", "clarity.ms", "hotjar", "_linkedin_partner_id", "snaptr(", "ttq.", "plausible"})
	return w != ""
}

// breaksOut reports a value that ends what it was put into before its first tag: a
// quote, a bracket, a comment, or an element that holds text.
func breaksOut(s string) bool {
	i := strings.IndexByte(s, '<')
	if i < 0 {
		return false
	}
	head := strings.TrimRight(s[:i], " \t\r\n")
	if strings.HasSuffix(head, "%}") || strings.HasSuffix(head, "}}") {
		return false // a template's own sign
	}
	return head != "" && strings.IndexByte("'\"`>)]};", head[len(head)-1]) >= 0 || strings.HasPrefix(s[i:], "</")
}

// hostedScript reports a script that is fetched from where many sites have theirs,
// or by a name such scripts have: https://cdn.example/embed.js.
func hostedScript(url string) bool {
	rest, ok := strings.CutPrefix(url, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(url, "//"); !ok {
			return false
		}
	}
	host, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	if !strings.HasSuffix(path, ".js") || strings.Trim(host, letters+"0123456789.-") != "" || strings.Contains(host, "attack") || strings.Contains(host, "evil") || strings.Contains(host, "xss") {
		return false
	}
	for _, h := range [...]string{"cdn.", "js.", "static.", "assets.", "ajax.", "code.", "widget.", "widgets.", "platform.", "embed."} {
		if strings.HasPrefix(host, h) {
			return true
		}
	}
	for _, h := range [...]string{"unpkg.com", "jsdelivr.net", "cloudflare.com", "googleapis.com", "jquery.com", "bootstrapcdn.com", "hsforms.net", "googletagmanager.com", "google.com", "stripe.com", "paypal.com", "ampproject.org", "twitter.com", "instagram.com", "facebook.net", "tiktok.com", "cookiebot.com", "typekit.net", "fontawesome.com"} {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	name := strings.TrimSuffix(strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".js"), ".min")
	return len(name) > 4 && foldIn(name, "embed", "widget", "widgets", "loader", "player", "forms", "analytics", "tracker", "iframe", "iframeresizer")
}
