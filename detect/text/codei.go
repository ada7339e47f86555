package text

import "strings"

const codeiNeeds = "<(`_.%{"

// CodeINeeds returns bytes of which a value must hold one for CodeI to match.
func CodeINeeds() string { return codeiNeeds }

// CodeIAlso returns bytes of which a value must hold one as well: nearly all
// code has letters.
func CodeIAlso() string { return letters + "<`" }

// codeMarks are snippets that run something in PHP, Python, Node, Ruby, Perl,
// Java and OGNL, and that no sentence holds.
var codeMarks = newPhrases([]string{"<?php", "<?=", "phpinfo()", "eval(base64_decode", "eval($_", "assert($_", "system($_", "$_get[", "$_post[", "$_request[", "$_cookie[", "$_server[", "get_defined_vars(", "pfsockopen(", "('system')(", "(\"system\")(", "@{[", "process.spawn(", "open3.capture", "shell_exec(", "passthru(", "proc_open(", "pcntl_exec(", "base64_decode(", "call_user_func(", "create_function(", "file_put_contents(", "preg_replace('/.*/e",
	"__import__('os", "__import__(\"os", "__import__('subprocess", "__import__(\"subprocess", "os.system(", "os.popen(", "subprocess.popen(", "subprocess.call(", "subprocess.check_output(", "exec(compile(",
	"require('child_process", "require(\"child_process", "require(`child_process", "require('fs')", "process.mainmodule", "global.process", "process.binding(", "child_process.exec", "constructor('return process", "constructor(\"return process", "constructor(\"return this",
	"runtime.getruntime()", "getruntime().exec", "java.lang.runtime", "java.lang.processbuilder", "new processbuilder(", "@java.lang.", "@ognl.", "#_memberaccess", "#context[", "class.module.classloader", "classloader.resources", "classloader.urls", "xwork.methodaccessor", "#parameters.", "%{(#", "%{#", "${@java", "${(#",
	"t(java.lang.", "kernel.exec(", "io.popen(", "kernel.system(", "`#{", "scriptengine", "javax.script.", "groovy.lang", ".execute().text", "response.write(", "server.createobject(", "execute(request", "eval(request", "wscript.shell", "invoke-expression", "die(md5(", "print(md5(", "echo md5("})

// CodeI reports source code brought into a value to be evaluated: PHP tags and
// calls that run commands, Python and Node imports of process modules, Java and
// OGNL reflection.
//
// It is a list of marks, weighed by what is around them: a long text with many
// words (a question about code, a file that is code) needs two different marks
// close together to its beginning; a short value needs one.
//
// Returns: where the mark is, and the text from there.
//
// Example: CodeI("<?php system($_GET['c']);?>") = 0, the whole, true.
func CodeI(s string) (offset int, match string, ok bool) {
	if len(s) < 5 || !strings.ContainsAny(s, codeiNeeds) {
		return none()
	}
	s = clip(s)
	at, w := codeMarks.find(s)
	if w == "" {
		return phpCall(s)
	}
	if (w == "base64_decode(" || w == "file_put_contents(" || w == "response.write(" || w == "require('fs')" || w == "scriptengine" || w == "<?=" || w == "$_server[" || w == "os.system(" || w == "subprocess.call(" || w == "call_user_func(") && words(s, 30) >= 30 {
		return none()
	}
	if words(s[:at], 12) >= 12 {
		return none() // prose before it: talk about code, or a program
	}
	return found(s, at, len(s))
}

// phpCalls are functions that run something.
var phpCalls = []string{"system(", "exec(", "popen(", "eval(", "assert(", "include(", "require(", "readfile(", "file_get_contents(", "show_source(", "highlight_file(", "scandir(", "print_r(", "var_dump(", "die(", "chr("}

// CodeIWords returns words of which a value must hold one for CodeI to match.
func CodeIWords() []string { return append(codeMarks.words(), phpCalls...) }

// phpCall reports a call of a PHP function that runs something with a literal:
// system('id'), ;exec("ls"), and chr(…).chr(…).
func phpCall(s string) (int, string, bool) {
	if len(s) > 600 || strings.IndexByte(s, '(') < 0 {
		return none()
	}
	for _, f := range phpCalls {
		i := indexFold(s, f)
		if i < 0 || i > 0 && (isWord(s[i-1]) || s[i-1] == '.' && f != "chr(") || words(s[:i], 3) >= 3 {
			continue
		}
		arg := strings.TrimLeft(s[i+len(f):], " ")
		if arg == "" {
			continue
		}
		quoted := arg[0] == '\'' || arg[0] == '"' || arg[0] == '`' || arg[0] == '$'
		switch f {
		case "eval(", "assert(", "exec(", "system(", "popen(", "include(", "require(":
			if quoted && (strings.HasSuffix(strings.TrimRight(s, " ;?>#/\"'"), ")") && (i == 0 || strings.IndexByte(";{\"'`@(=|&!", s[i-1]) >= 0 || isSpace(s[i-1]))) && !(f == "require(" && strings.Contains(s, "=")) {
				return found(s, i, len(s))
			}
		case "chr(":
			if strings.Count(s, "chr(") >= 3 && strings.Contains(s, ").chr(") {
				return found(s, i, len(s))
			}
		default:
			if quoted && (i == 0 || s[i-1] == ';' || s[i-1] == '@' || s[i-1] == '{') {
				return found(s, i, len(s))
			}
		}
	}
	return none()
}

// SSI reports a directive of server-side includes: <!--#exec cmd="…"-->.
//
// Returns: where the directive begins, and its text.
//
// Example: SSI(`<!--#exec cmd="id"-->`) = 0, the whole, true; SSI("<!-- note -->") is silent.
func SSI(s string) (offset int, match string, ok bool) {
	s = clip(s)
	for at := 0; ; {
		i := strings.Index(s[at:], "<!--#")
		if i < 0 {
			break
		}
		i += at
		r := strings.TrimLeft(s[i+5:], " ")
		for _, d := range []string{"exec", "include", "echo", "printenv", "config", "fsize", "flastmod", "set ", "odbc"} {
			if prefixFold(r, d) {
				end := strings.Index(s[i:], "-->")
				if end < 0 {
					end = len(s) - i - 3
				}
				return found(s, i, i+end+3)
			}
		}
		at = i + 5
	}
	if i := indexFold(s, "<esi:include"); i >= 0 {
		return found(s, i, len(s))
	}
	return none()
}

// SSINeeds returns bytes of which a value must hold one for SSI to match.
func SSINeeds() string { return "<" }

// ProtoPollution reports a value that holds a key which reaches JavaScript's
// object prototype: "__proto__", constructor.prototype.
//
// Returns: where the key is, and the text from there.
//
// Example: ProtoPollution(`{"__proto__":{"admin":true}}`) = 1, the rest, true.
func ProtoPollution(s string) (offset int, match string, ok bool) {
	s = clip(s)
	for _, k := range []string{"\"__proto__\"", "'__proto__'", "__proto__[", "__proto__.", "[__proto__]", "constructor.prototype.", "constructor[prototype]", "[constructor][prototype]", "\"constructor\":{\"prototype\"", "\"constructor\": {\"prototype\""} {
		if i := strings.Index(s, k); i >= 0 && words(s[:i], 12) < 12 {
			return found(s, i, len(s))
		}
	}
	return none()
}

// ProtoPollutionNeeds returns bytes of which a value must hold one for ProtoPollution to match.
func ProtoPollutionNeeds() string { return "_[.\"" }

// ProtoPollutionAlso returns bytes of which a value must hold one as well.
func ProtoPollutionAlso() string { return "pP" }

// ProtoPollutionPlace reports a leaf whose place goes through the prototype:
// body.__proto__.admin, query.constructor[prototype][x].
//
// Returns: where in the place, and its text.
//
// Example: ProtoPollutionPlace("body.__proto__.admin", "true") is true.
func ProtoPollutionPlace(place, _ string) (offset int, match string, ok bool) {
	if i := strings.Index(place, "__proto__"); i >= 0 {
		return found(place, i, len(place))
	}
	if i := strings.Index(place, "constructor"); i >= 0 && strings.HasPrefix(strings.TrimLeft(place[i+11:], "].["), "prototype") {
		return found(place, i, len(place))
	}
	return none()
}

// ProtoPollutionPlaces reports whether ProtoPollutionPlace can find anything in
// that place.
func ProtoPollutionPlaces(place string) bool {
	_, _, ok := ProtoPollutionPlace(place, "")
	return ok
}

// ProtoPollutionName reports a name without which, or its like, ProtoPollutionPlace
// finds nothing in a place. Places have names of headers in lower case.
func ProtoPollutionName(name string) bool {
	return indexFold(name, "__proto__") >= 0 || indexFold(name, "constructor") >= 0
}
