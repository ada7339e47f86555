package text

import "strings"

const sstiNeeds = "{<@#$[-="

// SSTINeeds returns bytes of which a value must hold one for SSTI to match.
func SSTINeeds() string { return sstiNeeds }

// SSTI reports a template expression that computes: an arithmetic probe, a
// walk through an object's class, a call that reads or runs.
//
// It finds the brackets of the common engines ({{ }}, ${ }, #{ }, *{ }, <%= %>,
// {% %}, @( ), {php}, #set) and judges what stands inside. Placeholders
// ({{name}}, ${HOME}, {{ user.name | upper }}, ${price * qty}) are silent:
// they name, they do not compute from constants.
//
// Returns: where the bracket opens, and the expression with its brackets.
//
// Example: SSTI("Hi {{7*7}}") = 3, "{{7*7}}", true; SSTI("Hi {{first_name}}") is silent.
func SSTI(s string) (offset int, match string, ok bool) { return unlessTalk(s, ssti) }

// ssti is SSTI wherever it stands.
func ssti(s string) (offset int, match string, ok bool) {
	if len(s) < 5 || !strings.ContainsAny(s, sstiNeeds) {
		return none()
	}
	s = clip(s)
	var closers closerFinder
	for i := 0; i+2 < len(s); i++ {
		closer, n := templateOpen(s[i:])
		if n == 0 {
			continue
		}
		end := closers.find(s, i+n, closer) - (i + n)
		if end < 0 {
			end = min(len(s)-i-n, 200)
		}
		body := s[i+n : min(len(s), i+n+end)]
		if strings.IndexByte(closer, '\n') < 0 && (templateComputes(body) || constantComputes(body) || closer == "%}" && conditionComputes(body) || len(s) < 80 && ownObject(s, body, i, min(len(s), i+n+end+len(closer)))) {
			return found(s, i, i+n+end+len(closer))
		}
	}
	if strings.Contains(s, "<%[%'\"}}%") || strings.Contains(s, "${{/#{") || strings.Contains(s, "$class.inspect(") {
		return found(s, 0, len(s)) // the signs of many engines in a row
	}
	if mainModule(s) || lineTemplate(s) {
		return found(s, 0, len(s))
	}
	if at, _ := indexAnyFold(s, []string{"freemarker.template.utility", "{php}", "smarty_internal", ".getclass().forname(", "$class.inspect(", "{system(", "{exec(", "{passthru(", "{shell_exec(", "[=\"freemarker", "{php ", "{$smarty", "__${", "#set($", "@system.", "@html.raw(", "#include(\"/", "#include('/", "#parse(\"", "#evaluate(", "#foreach($i in [", "{if phpinfo(", "{if system(", "{include file=", "{self::", "[% perl %]", "[% include /", "@php system", "<#include \"/", "${.version}", "${.data_model}"}); at >= 0 && strings.ContainsAny(s, "{<#[@") && setsMuch(s[at:]) {
		return found(s, at, len(s))
	}
	return none()
}

// setsMuch asks more of #set, which is how Velocity's own templates begin.
func setsMuch(t string) bool {
	if !prefixFold(t, "#set($") {
		return true
	}
	_, w := indexAnyFold(t[:min(len(t), 300)], []string{".class", "getclass", "runtime", "process", "forname", "getmethod", "exec(", "inputstream", "base64", "7*7", "newinstance", "waitfor"})
	return w != ""
}

// mainModule reports a line of Pug that reaches for the process, which has no
// brackets: - var x = root.process.
func mainModule(s string) bool {
	t := strings.TrimLeft(s, " \t\r\n")
	return t != "" && (t[0] == '-' || t[0] == '=' || t[0] == '#') && len(t) < 400 && (strings.Contains(t, "root.process") || strings.Contains(t, "mainModule") || strings.Contains(t, "global.process"))
}

// closerFinder remembers where the next of each closer stands, or that there
// is none: many openings before one closer would else each look for it.
type closerFinder struct {
	known [6]struct {
		closer string
		at     int // -1: none from where it was looked for on
	}
}

// find returns where the first closer from i on stands, -1 if nowhere; i never
// goes back by more than an opening is long.
func (c *closerFinder) find(s string, i int, closer string) int {
	for n := range c.known {
		k := &c.known[n]
		if k.closer == closer && (k.at < 0 || k.at >= i) {
			return k.at
		}
		if k.closer == "" || k.closer == closer {
			k.closer, k.at = closer, strings.Index(s[i:], closer)
			if k.at >= 0 {
				k.at += i
			}
			return k.at
		}
	}
	return -1
}

// templateOpen returns what closes the template that opens at s, and the
// length of the opening; 0 if none opens.
func templateOpen(s string) (closer string, n int) {
	switch s[0] {
	case '{':
		switch s[1] {
		case '{':
			return "}}", 2
		case '%':
			if len(s) > 3 && isDigit(s[2]) && hexByte(s[3]) {
				return "", 0 // a sign of a URL
			}
			return "%}", 2
		case '#':
			return "}", 2
		case '!':
			if s[2] == '!' {
				return "!!}", 3
			}
		}
		return "}", boolInt(isDigit(s[1])) // smarty's {7*7}
	case '$', '#', '*', '~', '@', '%':
		if s[1] == '{' {
			return "}", 2
		}
		if s[0] == '@' && s[1] == '(' {
			return ")", 2
		}
		if s[0] == '#' && prefixFold(s, "#set(") {
			return ")", 5
		}
	case '[':
		switch {
		case s[1] == '=' && isDigit(s[2]):
			return "]", 2
		case s[1] == '%' && s[2] == ' ':
			return "%]", 2
		}
	case '<':
		if s[1] == '%' {
			if len(s) > 3 && hexByte(s[2]) && hexByte(s[3]) {
				return "", 0 // a sign of a URL
			}
			if len(s) > 2 && s[2] == '=' {
				return "%>", 3
			}
			return "%>", 2
		}
		if strings.HasPrefix(s, "<#") {
			return ">", 2
		}
	}
	return "", 0
}

// templatePower are names inside a template that reach beyond its data.
var templatePower = newPhrases([]string{"__class__", "__globals__", "__subclasses__", "__mro__", "__init__", "__builtins__", "__import__", "__base__", "getclass(", ".getresource(", ".forname(", "getruntime", "processbuilder", "t(java",
	"java.lang", "java.util", "new java", "freemarker.template", "?new(", "@java.", "#_memberaccess", "#context", "_self.env", "self._template", "cycler", "lipsum", "joiner.", "namespace.__",
	"config.items", "config.secret", "config.__", "app.request", "settings.secret", "request.application", "request|attr", "|attr(", "['constructor']", "constructor.constructor", "popen(", "system(", "passthru(", "shell_exec(", "phpinfo(", "file_get_contents(",
	"|filter('system", "|map('system", "|sort('system", "file.open(", "file.read(", "dir.entries", "io.popen", "`id`", "`ls", "`whoami`", "%x(", "exec(", "require('child_process", "require(\"child_process", "global.process", "process.env", "process.mainmodule",
	"instance_variables", "pagecontext.", "applicationscope", "facescontext", "request.getattribute", "function(){return", "(lookup this", "salt['cmd", "lookup('pipe','id", "lookup('file','/etc", "eval(\"", "eval('", "#ctx", "open('/", "constant('php", "python:", "class.inspect", "as |string|", "string.sub", "root.process", ".getmethod(", ".forname(", "getinputstream", ".execute()", "new file(", "file.read!", "system.shell", ":os.cmd", "file.read \"", "open3", "io.read", "|file_excerpt", "|reduce('", "|filter('pass", "|map('pass", "|map(\"call", "|map('call", "|sort(\"system", "|sort('pass", "sort(\"call", "shell_exec", "include(\"wp-", "get_admin_log", "messages.storages", ".class.base", ".class.mro", "from_pyfile", "module.cache", "setattribute(", "getattribute(\"c\")", "@{(#", "#{t(", "_.version", "_.templatesettings", ".system \"", "call .", ".mainmodule", "|add:", "methodclosure", ".tourl(", "new url(", "evaluate(\"", "settings.secret", "debug %}", "load log", "nslookup", "%x|", "php system", "$smarty.", "call_user_func", "_charset", "passthru~", "settings.", "url_for.", "get_flashed_messages.", "#rt", "scriptengine", "classloader", "#this.", "objectdataprovider", "system.diagnostics", "environment.", "dump(", "include('/etc", "source('/etc", "range.constructor", "string.constructor", "os.execute", "()|select", "request[\"application\"]", "lookup this \"constructor", "rails.application.", "system.cmd(", "inspect(self", "#application", "include '/etc", "include \"/etc", "extends '/etc", "extends \"/etc", "#a=", "#session", "#request", "#attr", "#root", "readalltext(", "processstart", "toolbox.", "#(#", ".process \"", "passthru}", "handler.settings[", "this.push \"", "toarray|", "system.net.webclient", "_typeerror", "$eval(", "$on.constructor", "toString().constructor"})

// templateComputes judges the inside of a template.
func templateComputes(body string) bool {
	body = strings.TrimSpace(body)
	if len(body) > 2000 {
		body = body[:2000]
	}
	if arithmetic(body) {
		return true
	}
	_, w := templatePower.find(body)
	switch w {
	case "":
		return foldIn(body, "config", "self", "settings.secret_key", "debug", "_self", "app", "request.environ") && body != "app"
	case "pagecontext.":
		return indexFold(body, "contextpath") < 0
	case "eval(\"", "eval('", "python:":
		return !strings.Contains(body, ":-") && strings.HasPrefix(body, w)
	case "exec(", "system(", "dump(":
		return !strings.Contains(body, "=>")
	case "settings.", "environment.":
		return strings.Contains(body, "SECRET") || strings.Contains(body, "(")
	}
	return true
}

func hexByte(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// constants reports two constants that are joined, or one that a filter or a method of
// the engine is asked about: "a"~"b", 7|abs, 7?string, 'a' | append: 'b'.
func constants(e string) bool {
	e = strings.TrimLeft(e, " (=")
	if i := strings.IndexByte(e, '='); i > 0 && i < 24 && strings.HasPrefix(e, "assign ") {
		e = strings.TrimLeft(e[i+1:], " ")
	}
	if len(e) < 3 {
		return false
	}
	i, quoted := 0, e[0] == '"' || e[0] == '\''
	if quoted {
		end := strings.IndexByte(e[1:], e[0])
		if end < 0 || end > 8 {
			return false
		}
		i = end + 2
	} else {
		for i < len(e) && isDigit(e[i]) {
			i++
		}
		if i == 0 {
			return false
		}
	}
	i = skipSpace(e, i)
	if i+1 >= len(e) {
		return false
	}
	next := strings.TrimLeft(e[i+1:], " ")
	if next == "" {
		return false
	}
	switch e[i] {
	case '~':
		return next[0] == '"' || next[0] == '\'' || isDigit(next[0])
	case '+':
		return quoted && (next[0] == '"' || next[0] == '\'')
	case '?':
		return !quoted && foldIn(next, "string", "c", "upper_case", "abs", "int")
	case '|':
		return !quoted && isLetter(next[0]) && foldIn(next[:wordEnd(next, 0)], "abs", "times", "plus", "minus", "int", "string", "float", "round", "hex", "bin") || quoted && strings.HasPrefix(next, "append: '") || quoted && foldIn(next[:wordEnd(next, 0)], "hex", "base64_encode", "shell", "attr")
	}
	return false
}

// arithmetic reports number op number: 7*7, 7*'7', (1+1), 1337-1, also after x=.
func arithmetic(e string) bool {
	e = strings.TrimLeft(e, "!@&")
	if constants(e) {
		return true
	}
	e = strings.TrimLeft(e, "={(- \t\"'")
	if i := strings.IndexByte(e, '='); i > 0 && i < 24 && !strings.ContainsAny(e[:i], "*+/(") {
		e = strings.TrimLeft(e[i+1:], "( ")
	}
	i := 0
	for i < len(e) && isDigit(e[i]) {
		i++
	}
	if i == 0 {
		return false
	}
	j := skipSpace(e, i)
	if j < len(e) && (e[j] == '\'' || e[j] == '"') {
		j = skipSpace(e, j+1)
	}
	if j >= len(e) || strings.IndexByte("*+-/%^", e[j]) < 0 {
		return false
	}
	j = skipSpace(e, j+1)
	if j < len(e) && (e[j] == '\'' || e[j] == '"' || e[j] == '*' || e[j] == '(') {
		j++
	}
	return j < len(e) && isDigit(e[j])
}
