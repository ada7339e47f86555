package text

import "strings"

// What pages of every day hold of running markup: a counter's script, a video's
// frame, a button's handler. Who writes pages sends them; proofs look otherwise.

// plainTag reports such a tag: name is that of the tag, s[i:end] its attributes.
func plainTag(s, name string, i, end int) bool {
	attrs := s[i:min(end, len(s))]
	switch {
	case foldIn(name, "script"):
		if _, w := indexAnyFold(attrs, []string{"application/ld+json", "application/json", "text/template", "text/x-template", "text/html", "importmap", "speculationrules"}); w != "" {
			return true
		}
		if at := indexFold(attrs, "src="); at >= 0 {
			if ownScript(attrs[at+4:], s[min(end, len(s)):]) {
				return true
			}
			if hosted := quotedURL(attrs[at+4:]); hostedScript(hosted) {
				return true
			}
			_, w := indexAnyFold(attrs, []string{" async", " defer", "integrity=", "crossorigin", " data-", " id="})
			return w != "" && (strings.Contains(attrs[at:], "https://") || strings.IndexByte(attrs[at:min(len(attrs), at+8)], '/') > 0 && !strings.Contains(attrs[at:], "//"))
		}
		body := s[min(end, len(s)):]
		shut := indexFold(body[:min(len(body), maxQuiet)], "</script>")
		if shut < 0 {
			return false
		}
		body = body[:shut]
		return len(strings.TrimSpace(body)) >= leastScript && (quietCode(body) || knownCounter(body) && indexFold(body, "document.cookie") < 0 && indexFold(body, "alert") < 0)
	case foldIn(name, "meta"):
		// a page that has moved, and says so for some seconds
		at := indexFold(attrs, "url=")
		i := indexFold(attrs, "content=")
		return i >= 0 && at > i && i+9 < len(attrs) && attrs[i+9] >= '1' && attrs[i+9] <= '9' && (prefixFold(attrs[at+4:], "https://") || strings.HasPrefix(attrs[at+4:], "/"))
	case foldIn(name, "object", "embed"):
		_, w := indexAnyFold(attrs, []string{"width=", "height=", "type=\"application/pdf", "type=\"video/"})
		return w != "" && strings.Contains(attrs, "https://") && indexFold(attrs, " on") < 0 && indexFold(attrs, "javascript:") < 0 && indexFold(attrs, "data:text") < 0
	case foldIn(name, "iframe"):
		_, w := indexAnyFold(attrs, []string{"allowfullscreen", "frameborder=", "allow=\"", "loading=\"lazy\"", "scrolling=", "title=\"", "style=\"border", "width=\"", "googletagmanager.com/"})
		return w != "" && strings.Contains(attrs, "https://") && indexFold(attrs, "srcdoc") < 0 && indexFold(attrs, " on") < 0
	}
	return false
}

// leastScript is how much a page's script has at the least.
const leastScript = 24

// quotedURL returns what stands in quotes at the beginning of value.
func quotedURL(value string) string {
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	url, _, _ := strings.Cut(value[1:], value[:1])
	return url
}

// ownScript reports an element whose script is a file of the site itself: src="/js/app.js"
// and nothing in it. Who brings a script in has none there.
func ownScript(value, body string) bool {
	if len(value) < 6 || value[0] != '"' && value[0] != '\'' || !prefixFold(body, "</script>") {
		return false
	}
	path, _, closed := strings.Cut(value[1:], value[:1])
	path, _, _ = strings.Cut(path, "?")
	return closed && !strings.HasPrefix(path, "//") && strings.Trim(path, letters+"0123456789/._-") == "" && (strings.HasSuffix(path, ".js") || strings.HasSuffix(path, ".mjs"))
}

// plainHandler reports a handler that calls a function of the page's own, with
// words and numbers: toggleMenu(), this.remove(), init(3).
func plainHandler(v string) bool {
	v = strings.TrimRight(strings.TrimSpace(v), ";")
	if plainAssignment(v) || strings.HasPrefix(v, "return confirm('") && strings.HasSuffix(v, "?')") && strings.IndexByte(v, ' ') > 0 && strings.Count(v, "'") == 2 {
		return true
	}
	v = strings.TrimPrefix(strings.TrimPrefix(v, "return "), "this.")
	open := strings.IndexByte(v, '(')
	if open < 3 || len(v) > 80 || v[len(v)-1] != ')' || wordEnd(v, 0) != open {
		return false
	}
	for _, c := range []byte(v[open+1 : len(v)-1]) {
		if !isWord(c) && strings.IndexByte(" ,.'-#{}|", c) < 0 {
			return false
		}
	}
	return !foldIn(v[:open], "alert", "prompt", "confirm", "print", "eval", "fetch", "open", "write", "import", "require", "exec", "atob", "function", "settimeout", "setinterval", "setimmediate", "load", "getscript", "ajax", "post", "xss", "msgbox", "execscript", "navigate", "log", "html", "append", "run", "assign", "replace") &&
		strings.IndexFunc(v[:open], func(r rune) bool { return 'a' <= r && r <= 'z' }) >= 0
}

// plainAssignment reports that a handler only sets fields of its own element to
// texts, or goes to another page of the site: this.src='/a.png', location.href='/cart'.
func plainAssignment(v string) bool {
	for part := range strings.SplitSeq(v, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return false
		}
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		own := strings.HasPrefix(name, "this.") && strings.Trim(name[5:], letters+"._") == ""
		away := name == "location.href" || name == "window.location" || name == "window.location.href"
		bare := foldIn(value, "null", "true", "false", "''") || isDigits(value)
		quoted := len(value) > 2 && (value[0] == '\'' || value[0] == '"') && value[len(value)-1] == value[0] && strings.Trim(value[1:len(value)-1], letters+"0123456789/._-#?=& %,:") == "" && indexFold(value, "javascript") < 0 && indexFold(value, "data:") < 0
		if !(own && (bare || quoted) || away && quoted && len(value) > 3 && (value[1] == '/' && value[2] != '/' || value[1] == '#')) {
			return false
		}
	}
	return true
}
