package text

import "strings"

// htmlScript looks for a tag that runs script.
func htmlScript(s string) (from, to int, hit bool) {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '<')
		if i < 0 {
			return 0, 0, false
		}
		i += at
		at = i + 1
		if end, runs := runningTag(s, i); runs {
			return i, end, true
		}
	}
}

// runningTag judges the tag that opens at s[i].
func runningTag(s string, i int) (end int, runs bool) {
	j := i + 1
	for j < len(s) && (s[j] == '/' || s[j] == 0 || s[j] == '%' || s[j] == '<') {
		j++
	}
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
	if prefixFold(name, "script") && len(name) == 6 && !closing && n < len(s) && s[n] == '>' && words(s[n:], 3) >= 3 && !strings.ContainsAny(s[n+1:], "(`=</") {
		return 0, false // prose about the tag
	}
	if prefixFold(name, "script") && len(name) == 6 && (stop || s[n] == '<' || s[n] == '(') {
		return tagEnd(s, n), !closing || j == i+2 && n < len(s) && strings.Contains(s[n:], "<") || closing && i == 0 || closing && strings.ContainsAny(s[:i], "'\"")
	}
	if closing {
		return 0, false
	}
	if foldIn(name, "style") {
		if _, w := indexAnyFold(s[n:min(len(s), n+300)], []string{"javascript:", "expression(", "-moz-binding", "behavior:url"}); w != "" {
			return tagEnd(s, n), true
		}
	}
	return tagEnd(s, n), runningAttributes(s, n, name)
}

// tagEnd returns the index after the > that ends the tag, or the text after a
// script's tag, bounded by the value.
func tagEnd(s string, i int) int {
	if k := strings.IndexByte(s[i:], '>'); k >= 0 {
		return i + k + 1
	}
	return len(s)
}

// runningAttributes reads the attributes from s[i] up to the tag's end.
func runningAttributes(s string, i int, tag string) bool {
	for n := 0; n < 64; n++ {
		for i < len(s) && (isSpace(s[i]) || s[i] == '/' || s[i] == 0 || s[i] == '"' || s[i] == '\'' || s[i] == '`') {
			i++
		}
		if i >= len(s) || s[i] == '>' || s[i] == '<' {
			return false
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
		if runningAttribute(tag, name, value) {
			return true
		}
	}
	return false
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
		return eventName(name) && !strings.HasPrefix(value, "{") // onClick={…} is JSX source
	}
	switch {
	case foldIn(name, "href", "src", "xlink:href", "action", "formaction", "data", "background", "dynsrc", "lowsrc", "poster", "code", "codebase", "to", "values", "from", "manifest", "classid"):
		return runningURL(tag, name, value)
	case foldIn(name, "srcdoc"):
		return strings.ContainsAny(value, "<&") || foldIn(tag, "iframe")
	case foldIn(name, "style"):
		_, w := indexAnyFold(value, []string{"expression(", "javascript:", "-moz-binding", "behavior:", "vbscript:", "expr/*", "@import", "url(javascript", "url (javascript", "url(data:text"})
		return w != ""
	case foldIn(name, "http-equiv"):
		return foldIn(tag, "meta") && foldIn(value, "refresh", "set-cookie", "content-security-policy")
	case foldIn(name, "content"):
		return indexFold(value, "javascript:") >= 0 || indexFold(value, "data:text/html") >= 0
	case foldIn(name, "attributename"):
		return foldIn(tag, "set", "animate") && (prefixFold(value, "on") || foldIn(value, "href", "xlink:href"))
	case foldIn(name, "rel"):
		return foldIn(tag, "link") && foldIn(value, "import")
	}
	return false
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
