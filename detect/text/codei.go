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
	"t(java.lang.", "kernel.exec(", "io.popen(", "kernel.system(", "`#{", "scriptengine", "javax.script.", "groovy.lang", ".execute().text", "response.write(", "server.createobject(", "execute(request", "eval(request", "wscript.shell", "invoke-expression", "die(md5(", "print(md5(", "echo md5(", "use mime::base64", "decode_base64(", "instance_eval", "object.const_get", "new function(\"", "new function('", "function(\"return this", "function('return this", "function(\"return process", "import('child_process", "import(\"child_process", "execsync(", "spawnsync(", "fs.readfilesync(", "eval(string.fromcharcode", "exec(\"import ", "exec('import ", "eval(compile(", "globals()[", "__builtins__", ".__bases__[", "__subclasses__", "pty.spawn(", "').read())", "java.util.scanner(", "scriptenginemanager", "createobject(\"wscript", "createobject(\"scripting", "<cfexecute", "<cfscript", "os.execute(", "<%@page", "<%@ page", "<jsp:scriptlet", "request.getparameter(", "getparameter(\"", "<script language=\"php\"", "<script language=php", "<script runat=\"server\"", "<script runat=server", "auto_prepend_file", "allow_url_include", "phpversion()", "file_get_contents('/etc", "file_get_contents(\"/etc", "open('/etc/", "open(\"/etc/", "io.read(\"/etc", "file.read(\"/etc", "file.open(\"/etc", "lambda:os.", "reduce(lambda", "process.exit(", "process.kill(", "process.env.", "res.end(require", "response.end(require", "class.forname(\"java", "class.forname('java", "#{system(", "#{exec(", "#{`", "%x(", "%x{", "kernel.open(", "call_user_func_array(", "array_map('", "array_map(\"", "usort($", "register_shutdown_function", "ob_start('", "ob_start(\"", "mb_ereg_replace(", "extract($_", "parse_str($_", "include $_", "require $_", "include('php:", "include('http", "include(\"http", "require('http"})

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
	if (w == "base64_decode(" || w == "file_put_contents(" || w == "response.write(" || w == "require('fs')" || w == "scriptengine" || w == "<?=" || w == "$_server[" || w == "os.system(" || w == "subprocess.call(" || w == "call_user_func(" || w == "process.env." || w == "request.getparameter(" || w == "getparameter(\"" || w == "process.exit(" || w == "').read())" || w == "reduce(lambda" || w == "fs.readfilesync(" || w == "execsync(") && words(s, 12) >= 12 {
		return none()
	}
	if plainProgram(s, w) || codeTalk(s, at, w) {
		return none() // a page or a program that somebody shows
	}
	return found(s, at, len(s))
}

// codeTalk reports prose around a mark: talk about code, or a program.
func codeTalk(s string, at int, mark string) bool {
	return words(s[:at], 12) >= 12 || (talk{loose: true}).talks(s, at, min(len(s), at+len(mark)))
}

// CodeIHint reports such a mark within sentences, of those that run something.
//
// Returns: where it is, and the text from there.
//
// Example: CodeIHint("the form that we have takes <?php system('id'); ?> and runs it") is true; CodeIHint("<?php system('id'); ?>") is silent.
func CodeIHint(s string) (offset int, match string, ok bool) {
	if !mayTalk(s) || !strings.ContainsAny(s, codeiNeeds) {
		return none()
	}
	s = clip(s)
	at, w := codeMarks.find(s)
	if w == "" || plainProgram(s, w) || !codeTalk(s, at, w) {
		return none()
	}
	return found(s, at, len(s))
}

// plainProgram reports a template that only shows something, or a program of
// several lines that calls nothing of a shell.
func plainProgram(s, mark string) bool {
	lines := strings.Count(s, "\n")
	switch mark {
	case "<?php", "<?=":
		_, w := indexAnyFold(s, []string{"$_", "system(", "exec(", "eval(", "passthru", "popen", "phpinfo", "assert", "base64", "`", "include", "file_", "md5(", "die(", "print_r", "unlink", "call_user", "create_function", "getallheaders", "curl_", "fsockopen", "chr("})
		return w == "" && words(s, 4) >= 4 || lines >= 3 && words(s, 8) >= 8 && !phpShell(s)
	case "require('child_process", "require(\"child_process", "require('fs')", "runtime.getruntime()", "new processbuilder(", "subprocess.call(", "subprocess.check_output(", "process.env.", "os.system(":
		return lines >= 2 && words(s, 10) >= 10
	}
	return false
}

// phpShell reports a program in PHP that hands what it is sent to a shell, an
// interpreter or a file, or that hides what it does.
func phpShell(s string) bool {
	s = strings.NewReplacer(" ", "", "\t", "", "@", "").Replace(s)
	_, w := indexAnyFold(s, []string{"eval(", "assert(", "system($_", "exec($_", "passthru(", "popen($_", "proc_open(", "include($_", "include$_", "require($_", "require$_", "include_once$_", "base64_decode(", "gzinflate(", "gzuncompress(", "str_rot13(", "create_function(", "](", "fsockopen(", "/e'", "phpinfo(", "`$_", "move_uploaded_file(", "unserialize($_", "call_user_func($_", "chr("})
	return w != "" && !(w == "](" && !strings.Contains(s, "$_GET[") && !strings.Contains(s, "$_POST[") && !strings.Contains(s, "$_REQUEST["))
}

// phpCalls are functions that run something.
var phpCalls = []string{"preg_replace(", "print `", "print`", "echo `", "echo`", "return `", "system(", "exec(", "popen(", "eval(", "assert(", "include(", "require(", "readfile(", "file_get_contents(", "show_source(", "highlight_file(", "scandir(", "print_r(", "var_dump(", "die(", "chr("}

// CodeIWords returns words of which a value must hold one for CodeI to match.
func CodeIWords() []string { return append(codeMarks.words(), phpCalls...) }

// phpCall reports a call of a PHP function that runs something with a literal:
// system('id'), ;exec("ls"), and chr(…).chr(…).
func phpCall(s string) (int, string, bool) {
	if len(s) > 600 || strings.IndexByte(s, '(') < 0 {
		return none()
	}
	if i := strings.IndexByte(s, '`'); i > 0 && i < 120 {
		head := strings.TrimRight(s[:i], " ")
		if _, w := indexAnyFold(head[max(0, len(head)-6):], []string{"print", "echo", "return"}); w != "" && strings.IndexByte(s[i+1:], '`') > 1 && strings.ContainsAny(s[:i], "';}<") {
			return found(s, i, len(s)) // print `id`
		}
	}
	if i := indexFold(s, "preg_replace("); i >= 0 && i < 40 {
		arg := s[i+len("preg_replace("):]
		if strings.Contains(arg, "/e'") || strings.Contains(arg, "/e\"") || strings.Contains(arg, "#e'") {
			return found(s, i, len(s))
		}
	}
	for _, f := range phpCalls[6:] {
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
			if quoted && (strings.HasSuffix(strings.TrimRight(s, " ;?>#/\"'}"), ")") && (i == 0 || strings.IndexByte(";{\"'`@(=|&!", s[i-1]) >= 0 || isSpace(s[i-1]))) && !(f == "require(" && strings.Contains(s, "=")) {
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
		i := strings.Index(s[at:], "<!--")
		if i < 0 {
			break
		}
		i += at
		t := strings.TrimLeft(s[i+4:min(len(s), i+40)], " ")
		if !strings.HasPrefix(t, "#") {
			if prefixFold(t, "esi") {
				return found(s, i, len(s))
			}
			at = i + 4
			continue
		}
		r := strings.TrimLeft(t[1:], " ")
		for _, d := range []string{"exec", "include", "echo", "printenv", "config", "fsize", "flastmod", "set ", "odbc", "if expr", "if ", "elif", "email", "flush"} {
			if prefixFold(r, d) {
				end := strings.Index(s[i:], "-->")
				if end < 0 {
					end = len(s) - i - 3
				}
				// Behind a space only few servers read it, and people write notes: there
				// it must set something.
				if s[i+4] == ' ' && d != "printenv" && strings.IndexByte(s[i:i+end], '=') < 0 {
					break
				}
				return found(s, i, i+end+3)
			}
		}
		at = i + 4
	}
	if i, w := indexAnyFold(s, []string{"<esi:", "<jsp:include ", "<%@ include", "<%@include", "<cfinclude", "<!ssi"}); w != "" && words(s[:i], 12) < 12 {
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
	if strings.TrimSpace(s) == "__proto__" {
		return found(s, 0, len(s))
	}
	for _, k := range []string{"/__proto__/", "/constructor/prototype", "[__proto__", "\"__proto__\"", "'__proto__'", "__proto__[", "__proto__.", "[__proto__]", "constructor.prototype.", "constructor[prototype]", "[constructor][prototype]", "\"constructor\":{\"prototype\"", "\"constructor\": {\"prototype\""} {
		if i := strings.Index(s, k); i >= 0 && words(s[:i], 12) < 12 {
			return found(s, i, len(s))
		}
	}
	return none()
}

// ProtoPollutionNeeds returns bytes of which a value must hold one for ProtoPollution to match.
func ProtoPollutionNeeds() string { return "_[.\"/" }

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
