package text

import "strings"

// A template's expression of nothing but constants names nothing of the page's data:
// who writes {{'a'.upper()}} or {{[1,2]|length}} wants to see whether it is computed.

// constantFilters are filters and methods that only a probe asks of a short constant;
// those by which pages translate, date or link a text are left out.
var constantFilters = wordSet(`upper lower toupper tolower touppercase tolowercase uppercase upcase downcase capitalize reverse length size count replace join format_ mod pow first last sort unique list string strip trim chars split concat substring charat indexof hashcode getclass class e escape hex ord repeat center ljust rjust zfill isalnum title_ wordcount`)

// goFunctions are functions of Go's templates that are told a constant.
var goFunctions = wordSet(`printf print println html js urlquery len index slice`)

// constantComputes reports such an expression.
func constantComputes(body string) bool {
	e := strings.TrimLeft(body, " =(-")
	if e == "" || len(body) > 120 {
		return false
	}
	if n := wordEnd(e, 0); n > 0 && n < len(e) && isLetter(e[0]) {
		return goCall(e, n) || foldIn(e[:n], "range") && e[n] == '(' && n+1 < len(e) && isDigit(e[n+1])
	}
	i := constantEnd(e)
	if i == 0 {
		return false
	}
	short := i <= 8
	rest := strings.TrimLeft(e[i:], " ")
	if len(rest) < 2 {
		return false
	}
	switch {
	case rest[0] == '|' && rest[1] != '|', rest[0] == '.' && isLetter(rest[1]):
		name := strings.TrimLeft(rest[1:], " ")
		return short && lookFold(constantFilters, name[:wordEnd(name, 0)]) != ""
	case e[0] == '[' && strings.HasPrefix(rest, "|"):
		return true
	case e[0] == '\'' || e[0] == '"':
		return rest[0] == '*' && isDigit(strings.TrimLeft(rest[1:], " ")[0]) || rest[0] == '?' && rest[1] != ' ' && rest[1] != '?'
	}
	// a comparison of two numbers
	op := strings.TrimLeft(rest, "<>=!/&|")
	op, rest = rest[:len(rest)-len(op)], strings.TrimLeft(op, " ")
	return isDigit(e[0]) && op != "" && op != "|" && rest != "" && isDigit(rest[0])
}

// goCall reports a function of Go's templates with a constant: printf "%d" 7.
func goCall(e string, n int) bool {
	if lookFold(goFunctions, e[:n]) == "" || !isSpace(e[n]) {
		return false
	}
	arg := strings.TrimLeft(e[n:], " ")
	end := constantEnd(arg)
	return end > 0 && strings.Trim(arg[end:], " 0123456789") == "" && (arg[0] == '"' || foldIn(e[:n], "print", "println", "len"))
}

// constantEnd returns the length of the constant that e begins with: a number, a text
// in quotes, a list of these; 0 if there is none.
func constantEnd(e string) int {
	switch {
	case isDigit(e[0]):
		n := 0
		for n < len(e) && isDigit(e[n]) {
			n++
		}
		return n
	case e[0] == '\'' || e[0] == '"':
		if end := strings.IndexByte(e[1:], e[0]); end >= 0 {
			return end + 2
		}
	case e[0] == '[':
		end := strings.IndexByte(e, ']')
		if end > 1 && strings.Trim(e[1:end], "0123456789, '\"ab*") == "" {
			return end + 1
		}
	}
	return 0
}

// conditionComputes reports a branch or a loop over constants: if 1==1, for i in range(3).
func conditionComputes(body string) bool {
	e := strings.TrimLeft(body, "- ")
	for _, w := range [...]string{"if ", "elif ", "elseif ", "unless "} {
		if prefixFold(e, w) {
			c := strings.TrimRight(strings.TrimLeft(e[len(w):], "( "), "- )")
			if arithmetic(c) || foldIn(c, "1") {
				return true
			}
			left, right, ok := strings.Cut(c, "==")
			return ok && isDigits(strings.TrimSpace(left)) && isDigits(strings.TrimSpace(right))
		}
	}
	return false
}

// ownObjects are objects of an engine or of the page it runs in, which a template asks
// for where it wants to know what they hold; as whole values they are probes.
var ownObjects = wordSet(`lipsum joiner namespace url_for cycler _context _self get_flashed_messages handler.settings handler.application.settings settings.databases request.class request.headers request.environ request.env request.cookies request.getsession()
 this.constructor constructor __proto__ messages.storages pagecontext applicationscope sessionscope requestscope facescontext sessionscope.tostring() param.x .globals .main .data_model .template_name .globals?keys .locals env self.methods process.pid locals() globals() dir() vars() system.environment.machinename system.datetime.now
 beans user.password settings.secret_key application request`)

// ownObject reports a value that is one template of such an object and nothing else.
func ownObject(s, body string, i, end int) bool {
	if strings.TrimSpace(s[:i]) != "" || strings.TrimSpace(s[end:]) != "" {
		return false
	}
	body = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(body), "="))
	if foldIn(body, "request", "application", "env", "beans", "self", "param.x", "user.password") {
		return s[0] == '$' && !foldIn(body, "env", "user.password") || strings.HasPrefix(s, "<%") || s[0] == '#' || foldIn(body, "beans")
	}
	base, _, _ := strings.Cut(body, "|")
	return lookFold(ownObjects, strings.TrimSpace(base)) != ""
}

// lineTemplate reports the engines that need no brackets, or ones of their own.
func lineTemplate(s string) bool {
	if len(s) > 300 {
		return false
	}
	t := strings.TrimSpace(s)
	if at := strings.IndexByte(t, '$'); at == 0 {
		name := strings.TrimLeft(t[1:], "!{")
		n := wordEnd(name, 0)
		if n > 0 && n < len(name) && (foldIn(strings.TrimRight(name[n:], "}"), ".class", ".getclass()", ".getsession()", ".class.name")) {
			return true // $x.class
		}
	}
	for _, w := range [...]string{"{math equation=", "{eval var=", "{fetch file=", "{{=<%", "@datetime.now", "@environment.", "@(system.", "<?lsp=", "[% insert /", "{literal}", "{{> /", "#define($", "#macro(", "{{lookup this ", "{{this.push "} {
		if prefixFold(t, w) {
			return true
		}
	}
	if prefixFold(t, "<#if ") && strings.Contains(t, "==") && isDigit(t[5]) {
		return true
	}
	for _, w := range [...]string{"#if(", "{if ", "@if(", "<: ", "<%: ", "<%# ", "[(", "{( ", "{=", "[[", "<%% "} {
		if prefixFold(t, w) && arithmeticOrEqual(t[len(w):]) {
			return true
		}
	}
	_, w := indexAnyFold(t, []string{"\"|system}", "'|system}", "'|shell_exec}", "\"|shell_exec}", "|system}", "|passthru}", "'system')}}", "\"system\")}}", "{var $x='system'}"})
	return w != ""
}

// arithmeticOrEqual is arithmetic, or a comparison of a number with itself.
func arithmeticOrEqual(e string) bool {
	return arithmetic(e) || strings.HasPrefix(strings.TrimLeft(e, "( "), "1==1")
}
