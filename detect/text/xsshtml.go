package text

import "strings"

// htmlScript looks for a tag that runs script. A run of < and / before a name
// is judged once, and once more from its last </, where alone it can be
// another tag: judged from each of its bytes, a run would cost its square.
func htmlScript(s string) (from, to int, hit bool) {
	quote := strings.IndexAny(s, "'\"")
	reach := newReach(s)
	opened := -1 // where a script opens first, once asked: its end closes nothing else
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '<')
		if i < 0 {
			return 0, 0, false
		}
		i += at
		if opened < 0 {
			if opened = indexFold(s, "<script"); opened < 0 {
				opened = len(s)
			}
		}
		j := tagName(s, i)
		quoted, own := quote >= 0 && quote < i && i <= opened, i > opened
		if end, runs := runningTag(s, i, j, quoted, own, &reach); runs {
			return i, end, true
		}
		if last := j - 2; last > i && s[last] == '<' && s[last+1] == '/' {
			if end, runs := runningTag(s, last, j, quoted, own, &reach); runs {
				return last, end, true
			}
		}
		at = j
	}
}

// tagName returns where the name begins of the tag that opens at s[i].
func tagName(s string, i int) int {
	for i++; i < len(s) && (s[i] == '/' || s[i] == 0 || s[i] == '%' || s[i] == '<'); {
		i++
	}
	return i
}

// runningTag judges the tag that opens at s[i] and whose name begins at s[j];
// quoted says that there is a quote before it, own that a script was opened before.
func runningTag(s string, i, j int, quoted, own bool, reach *reach) (end int, runs bool) {
	closing := j > i+1 && s[j-1] == '/'
	n := j
	for n < len(s) && (isWord(s[n]) || s[n] == ':' || s[n] == '-' || s[n] == 0) {
		n++
	}
	if n == j {
		return 0, false
	}
	name := s[j:n]
	if k := strings.LastIndexByte(name, ':'); k >= 0 {
		name = name[k+1:] // svg:script
	}
	if strings.IndexByte(name, 0) >= 0 {
		name = strings.ReplaceAll(name, "\x00", "")
	}
	stop := n >= len(s) || isSpace(s[n]) || s[n] == '/' || s[n] == '>' || s[n] == 0
	if prefixFold(name, "script") && len(name) == 6 && !closing && n < len(s) && s[n] == '>' && (words(s[n:], 3) >= 3 || i > 0 && isSpace(s[i-1]) && words(s[n:], 1) > 0) && !strings.ContainsAny(s[n+1:], "(`=</") {
		return 0, false // prose about the tag
	}
	if prefixFold(name, "script") && len(name) == 6 && (stop || s[n] == '<' || s[n] == '(') {
		if closing && own {
			return 0, false // it closes the value's own
		}
		if !closing || j == i+2 && strings.IndexByte(s[n:], '<') >= 0 || i == 0 || quoted {
			end := tagEnd(s, n)
			return end, closing || breaksOut(s) || !plainTag(s, name, n, end)
		}
		return 0, false
	}
	if closing {
		return 0, false
	}
	if foldIn(name, "style") {
		css := s[n:min(len(s), n+300)]
		if k := indexFold(css, "</style"); k >= 0 {
			css = css[:k]
		}
		if _, w := indexAnyFold(css, []string{"javascript:", "expression(", "-moz-binding", "behavior:url", "@import '//", "@import \"//", "@import//", "@import url(//", "^=a]{background:url(//"}); w != "" {
			return tagEnd(s, n), true
		}
	}
	near := reach.from(s, n)
	stopped, runs := runningAttributes(near, n, name)
	if reach.read(stopped - n); runs {
		end := tagEnd(s, n) // looked for only here: it may be far
		return end, breaksOut(s) || !plainTag(s, name, n, end)
	}
	return 0, false
}

// tagEnd returns the index after the > that ends the tag, or the text after a
// script's tag, bounded by the value.
func tagEnd(s string, i int) int {
	if k := strings.IndexByte(s[i:], '>'); k >= 0 {
		return i + k + 1
	}
	return len(s)
}

// runningAttributes reads the attributes from s[i] up to the tag's end, and
// says where it stopped.
func runningAttributes(s string, i int, tag string) (stopped int, runs bool) {
	for n := 0; n < 64; n++ {
		for i < len(s) && (isSpace(s[i]) || s[i] == '/' || s[i] == 0 || s[i] == '"' || s[i] == '\'' || s[i] == '`') {
			i++
		}
		if i >= len(s) || s[i] == '>' || s[i] == '<' {
			return i, false
		}
		a := i
		for i < len(s) && !isSpace(s[i]) && strings.IndexByte("=>/\"'`<", s[i]) < 0 {
			i++
		}
		name := s[a:i]
		k := skipSpace(s, i)
		if k >= len(s) || s[k] != '=' {
			if i == a {
				i++
			}
			continue
		}
		value, next := attributeValue(s, k+1)
		i = max(next, a+1)
		if runningAttribute(tag, name, value) && !(quotedAt(s, k+1) && quietAttribute(tag, name, value)) {
			return i, true
		}
	}
	return i, false
}

// quotedAt reports a quote behind an = at s[i-1].
func quotedAt(s string, i int) bool {
	i = skipSpace(s, i)
	return i < len(s) && (s[i] == '"' || s[i] == '\'')
}

// quietAttribute reports what pages of every day have in attributes that may run
// code; their authors write quotes.
func quietAttribute(tag, name, value string) bool {
	switch {
	case len(name) > 4 && prefixFold(name, "on"):
		return quietCode(value)
	case foldIn(name, "href") && foldIn(tag, "base"):
		return strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//")
	case foldIn(name, "href"):
		return quietURL(value)
	case foldIn(name, "src", "data") && foldIn(tag, "embed", "object", "iframe"):
		return strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//") && !strings.Contains(value, "..") || value == "about:blank"
	case foldIn(name, "http-equiv"):
		return false
	}
	return false
}

// quietURL reports a script URL that only goes back or prints.
func quietURL(v string) bool {
	code, ok := strings.CutPrefix(v, "javascript:")
	return ok && foldIn(strings.TrimRight(strings.TrimSpace(code), ";"), "history.back()", "history.go(-1)", "window.print()", "window.close()", "self.close()", "window.history.back()", "location.reload()")
}

// attributeValue returns the value after an = and where it ends.
func attributeValue(s string, i int) (value string, next int) {
	for i < len(s) && (isSpace(s[i]) || s[i] == 0) {
		i++
	}
	if i >= len(s) {
		return "", i
	}
	if q := s[i]; q == '"' || q == '\'' || q == '`' {
		if k := strings.IndexByte(s[i+1:], q); k >= 0 {
			return s[i+1 : i+1+k], i + k + 2
		}
		return s[i+1:], len(s)
	}
	j := i
	for j < len(s) && !isSpace(s[j]) && s[j] != '>' {
		j++
	}
	return s[i:j], j
}

// runningAttribute judges one attribute of a tag.
func runningAttribute(tag, name, value string) bool {
	name = strings.ReplaceAll(name, "\x00", "")
	if len(name) > 4 && prefixFold(name, "on") {
		return (eventName(name) || handlerLike(name) && handlerCode(value)) && !jsxHandler(name, value) && !mereReturn(value) && !plainHandler(value)
	}
	switch {
	case foldIn(name, "href", "src", "xlink:href", "action", "formaction", "data", "background", "dynsrc", "lowsrc", "poster", "code", "codebase", "to", "values", "from", "manifest", "classid"):
		return runningURL(tag, name, value)
	case foldIn(name, "value") && foldIn(tag, "param"):
		scheme, _ := urlScheme(value)
		return scheme != "" && scheme != "data"
	case foldIn(name, "datasrc", "dataformatas"):
		return value != ""
	case foldIn(name, "srcdoc"):
		return strings.ContainsAny(value, "<&") || foldIn(tag, "iframe")
	case foldIn(name, "style"):
		_, w := indexAnyFold(value, []string{"expression(", "javascript:", "-moz-binding", "binding:", "behavior:", "behaviour:", "vbscript:", "expr/*", "@import", "url(javascript", "url (javascript", "url(data:text"})
		return w != ""
	case foldIn(name, "http-equiv"):
		return foldIn(tag, "meta") && foldIn(value, "refresh", "set-cookie", "content-security-policy")
	case foldIn(name, "content"):
		return indexFold(value, "javascript:") >= 0 || indexFold(value, "data:text/html") >= 0
	case foldIn(name, "attributename"):
		return foldIn(tag, "set", "animate") && (prefixFold(value, "on") || foldIn(value, "href", "xlink:href"))
	case foldIn(name, "rel"):
		return foldIn(tag, "link") && foldIn(value, "import")
	case foldIn(name, "is"):
		return foldIn(value, "script")
	case foldIn(name, "ping"):
		return strings.HasPrefix(value, "//")
	case directive(name):
		return provesDirective(name, value)
	}
	return false
}

// handlerLike reports a name of letters that a browser to come may take for a
// handler's: onforminput.
func handlerLike(name string) bool {
	for i := 0; i < len(name); i++ {
		if !isLetter(name[i]) {
			return false
		}
	}
	return len(name) > 5 && len(name) < 32
}

// jsxHandler reports onClick={…}, which is the source of a program.
func jsxHandler(name, value string) bool {
	return strings.HasPrefix(value, "{") && len(name) > 2 && 'A' <= name[2] && name[2] <= 'Z' && name[1] == 'n'
}

// mereReturn reports a handler that does nothing: return false.
func mereReturn(value string) bool {
	v := strings.TrimRight(strings.TrimSpace(value), ";")
	return strings.Trim(v, ".…") == "" && v != "" || foldIn(v, "return false", "return true", "return", "void(0)")
}

// runningURL judges an attribute that holds a URL.
func runningURL(tag, name, value string) bool {
	v := strings.TrimLeft(value, " \t\r\n\x00\x01")
	if strings.IndexByte(v, '&') >= 0 {
		v = unescapeColon(v)
	}
	scheme, rest := urlScheme(v)
	switch scheme {
	case "javascript", "vbscript", "livescript":
		return !foldIn(tag, "a") || runsCode(rest)
	case "data":
		return !prefixFold(rest, "image/") || prefixFold(rest, "image/svg") && foldIn(tag, "object", "embed", "iframe", "use", "script")
	}
	switch {
	case foldIn(tag, "base") && foldIn(name, "href"), foldIn(tag, "embed", "object", "applet", "frame") && !foldIn(name, "classid"):
		return value != ""
	case foldIn(tag, "iframe"):
		return foldIn(name, "src") && value != "" && !embedHost(v)
	case foldIn(tag, "layer", "ilayer", "fencedframe", "portal", "amp-script"):
		return strings.HasPrefix(v, "//") || prefixFold(v, "http")
	}
	return false
}

// unescapeColon resolves the entities with which script URLs are hidden.
func unescapeColon(v string) string {
	return strings.NewReplacer("&colon;", ":", "&#58;", ":", "&#x3a;", ":", "&#x3A;", ":", "&tab;", "", "&Tab;", "", "&newline;", "", "&NewLine;", "",
		"&#9;", "", "&#10;", "", "&#13;", "", "&#x9;", "", "&#xa;", "", "&#x0A;", "", "&#xd;", "", "&#x09;", "", "&#106;", "j", "&#x6a;", "j", "&#x6A;", "j",
		"&#0000106", "j", "&lpar;", "(", "&#97;", "a", "&#x61;", "a").Replace(v)
}

// embedHost reports frames an editor's embed button makes.
func embedHost(v string) bool {
	v = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(v, "https:"), "http:"), "//")
	host, _, _ := strings.Cut(v, "/")
	for _, ok := range []string{"youtube.com", "youtube-nocookie.com", "vimeo.com", "google.com", "spotify.com", "soundcloud.com", "dailymotion.com", "codepen.io", "openstreetmap.org", "facebook.com", "twitter.com", "slideshare.net", "loom.com"} {
		if host == ok || strings.HasSuffix(host, "."+ok) {
			return true
		}
	}
	return false
}

// foldIn reports whether w is one of the words (lower case).
func foldIn(w string, in ...string) bool {
	for _, x := range in {
		if len(w) == len(x) && prefixFold(w, x) {
			return true
		}
	}
	return false
}
