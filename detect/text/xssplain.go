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
			_, w := indexAnyFold(attrs, []string{" async", " defer", "integrity=", "crossorigin", " data-", " id="})
			return w != "" && (strings.Contains(attrs[at:], "https://") || strings.IndexByte(attrs[at:min(len(attrs), at+8)], '/') > 0 && !strings.Contains(attrs[at:], "//"))
		}
		body := s[min(end, len(s)):min(len(s), end+2000)]
		_, w := indexAnyFold(body, []string{"datalayer", "gtag(", "googletagmanager", "google-analytics", "fbq(", "_paq", "_hsq", "hbspt.", "adsbygoogle", "intercomsettings", "_gaq"})
		return w != "" && indexFold(body, "document.cookie") < 0 && indexFold(body, "alert") < 0
	case foldIn(name, "iframe"):
		_, w := indexAnyFold(attrs, []string{"allowfullscreen", "frameborder=", "allow=\"", "loading=\"lazy\""})
		return w != "" && strings.Contains(attrs, "https://") && indexFold(attrs, "srcdoc") < 0 && indexFold(attrs, " on") < 0
	}
	return false
}

// plainHandler reports a handler that calls a function of the page's own, with
// words and numbers: toggleMenu(), this.remove(), init(3).
func plainHandler(v string) bool {
	v = strings.TrimRight(strings.TrimSpace(v), ";")
	v = strings.TrimPrefix(strings.TrimPrefix(v, "return "), "this.")
	open := strings.IndexByte(v, '(')
	if open < 3 || len(v) > 80 || v[len(v)-1] != ')' || wordEnd(v, 0) != open {
		return false
	}
	for _, c := range []byte(v[open+1 : len(v)-1]) {
		if !isWord(c) && strings.IndexByte(" ,.'-#", c) < 0 {
			return false
		}
	}
	return !foldIn(v[:open], "alert", "prompt", "confirm", "print", "eval", "fetch", "open", "write", "import", "require", "exec", "atob", "function", "settimeout", "setinterval", "setimmediate", "load", "getscript", "ajax", "post", "xss", "msgbox", "execscript", "navigate", "log", "html", "append", "run", "assign", "replace") &&
		strings.IndexFunc(v[:open], func(r rune) bool { return 'a' <= r && r <= 'z' }) >= 0
}
