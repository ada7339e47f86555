package text

import "strings"

// DeserNeeds returns bytes of which a value must hold one for Deser to match:
// each mark has a letter, or is the beginning of a binary stream.
func DeserNeeds() string { return letters + "\xac\x04\x80\xc2" + "0123456789" }

// DeserWords returns words of which a value must be made, all their bytes in
// any order and case, for Deser to match.
func DeserWords() []string {
	list := append(deserTags.words(), shortTag, "/wey", netObject, "c\n(.", "c\n).", "cp\n.", "cq\n.", "\"^o\":", "\"^c\":", "[\"", "!ruby/", "\xac\xed\x00\x05", "ro0ab", "aced0005", "aaeaaad/////", "kluv/qbyro0", "h4siaaaaaaaaaafvzlog1", "h4sia", "bah", "0408", "yv66vg", "4waaaa", "chn0ma", "pst0", "aced 0005", "e:", "gasl", "gawv", "(i", "\u00ac", "gasv", "gan", "gajj", "y29zcnn5c3rlbq",
		"\x80", "\x04", "o:0:\"{", "c:0:\"{")
	for _, m := range pickled {
		list = append(list, strings.ToLower(m))
	}
	for _, tag := range classTags {
		list = append(list, strings.ToLower(tag))
	}
	return list
}

// pickled are the beginnings of pickles of protocol 0 that call something, or
// may.
var pickled = []string{"cos\nsystem\n", "cposix\nsystem\n", "c__builtin__\n", "csubprocess\n", "cnt\nsystem\n", "(S'", "cbuiltins\n", "cnt\n", "c__main__\n", "(cos\n", "(dp0\n", "(lp0\n", "ccopy_reg\n", "ctypes\n"}

// classTags are keys of JSON that name a class.
var classTags = []string{"\"@type\"", "\"$type\"", "\"@class\"", "'@type'", "\"__type\"", "\"__class__\"", "\"_class\"", "\"javaClass\"", "\"class\""}

// Deser reports a serialized object of a language whose reader runs code:
// Java's stream, PHP's O: notation, Python's pickle, .NET's formatters, Ruby's
// Marshal, YAML and JSON tags that name classes. A marker alone counts only
// where the rest has the shape that goes with it.
//
// Returns: where the object begins, and its text.
//
// Example: Deser(`O:4:"User":1:{s:2:"id";i:1;}`) = 0, the whole, true.
func Deser(s string) (offset int, match string, ok bool) {
	if len(s) < 5 {
		return none()
	}
	s = clip(s)
	if at := binaryObject(s); at >= 0 {
		return found(s, at, len(s))
	}
	quoted := strings.IndexByte(s, '"') >= 0
	if quoted {
		if at := phpObject(s); at >= 0 {
			return found(s, at, len(s))
		}
		if phpEnum(s) {
			return found(s, 0, len(s))
		}
	}
	tagged, at := !deserMarks.absent(s), -1
	if tagged {
		at, _ = deserTags.find(s)
	}
	if i := indexFold(s, shortTag); i >= 0 && (at < 0 || i < at) {
		at = i
	}
	if at >= 0 && !(talk{}).talks(s, at, min(len(s), at+8)) {
		return found(s, at, len(s))
	}
	if quoted || strings.IndexByte(s, '\'') >= 0 {
		if tagged {
			if at := classTag(s); at >= 0 {
				return found(s, at, len(s))
			}
		}
		if at := listedClass(s); at >= 0 {
			return found(s, at, len(s))
		}
	}
	return none()
}

// objectBegins marks the first bytes of a stream that is nothing else, in base64,
// and of pickles.
var objectBegins = tableOf("AKHgY(c\x80/\x00")

// binaryObject finds the first bytes of a stream, as such, in base64 or hex.
func binaryObject(s string) int {
	if s[0] == 4 && s[1] == 8 && strings.IndexByte("[{oUuceSI", s[2]) >= 0 {
		return 0 // Ruby's Marshal
	}
	if i := strings.Index(s, "\xac\xed\x00\x05"); i >= 0 {
		return i
	}
	if i := strings.Index(s, "\u00ac\u00ed\x00\x05"); i >= 0 {
		return i // the same, written as characters
	}
	if marshalText(s) {
		return 0
	}
	if strings.HasPrefix(s, "H4sIA") && base64Run(s) > 40 && gzipHolds(s) {
		return 0
	}
	if i := strings.Index(s, "rO0AB"); i >= 0 && (i == 0 || !isWord(s[i-1])) && (base64Run(s[i:]) > 10 || i == 0 && base64Run(s) == len(s) && len(s) >= 8) {
		return i
	}
	if prefixFold(s, "aced 0005 ") || strings.HasPrefix(s, "yv66vg") && base64Run(s) > 16 || strings.HasPrefix(s, "4wAAAAAA") && base64Run(s) > 16 || strings.HasPrefix(s, "cHN0MA") && base64Run(s) > 16 || strings.HasPrefix(s, "pst0") && len(s) > 8 && s[4] < ' ' {
		return 0 // spaced hex, a class of Java's, code of Python's, Perl's Storable
	}
	if prefixFold(s, "aced0005") && len(s) > 16 {
		return 0
	}
	if !objectBegins[s[0]] {
		return -1
	}
	if strings.HasPrefix(s, "/wEy") && base64Run(s) > 40 {
		return 0 // a view state that is an object of .NET's, and no page's state
	}
	for _, m := range []string{"AAEAAAD/////", "KLUv/QBYrO0", "H4sIAAAAAAAAAFvzloG1", netObject} {
		if strings.HasPrefix(s, m) {
			return 0
		}
	}
	if pickle(s) {
		return 0
	}
	return -1
}

// marshalText reports Ruby's Marshal in hex or Base64 as a whole. A session that Rails
// has signed goes on behind it.
func marshalText(s string) bool {
	switch {
	case strings.HasPrefix(s, "0408") && len(s) > 10:
		return strings.Trim(s, "0123456789abcdefABCDEF") == "" && foldIn(s[4:6], "5b", "7b", "6f", "55", "75", "63", "65", "53", "49")
	case strings.HasPrefix(s, "BAh") && len(s) > 15:
		return strings.IndexByte("7JbovcuelT", s[3]) >= 0 && base64Run(s) == len(s) && !strings.Contains(s, "--")
	}
	return false
}

// netObject is how what .NET's binary formatter writes begins.
const netObject = "\x00\x01\x00\x00\x00\xff\xff\xff\xff\x01\x00\x00\x00"

// gzipHolds reports Base64 of gzip with the first bytes of a Java stream, as they
// are packed without a dictionary: who packs one so early packs nothing else.
func gzipHolds(s string) bool {
	return strings.Contains(s[:min(len(s), 40)], "vzloG1")
}

// base64Run returns how much of Base64 s begins with.
func base64Run(s string) (n int) {
	for n < len(s) && (isWord(s[n]) || strings.IndexByte("+/-=", s[n]) >= 0) {
		n++
	}
	return n
}

// pickle reports a Python pickle that calls something: protocol 0 text
// (cos\nsystem\n), or protocols 2 to 5, plain or in base64.
func pickle(s string) bool {
	if len(s) > 2 && s[0] == 0x80 && s[1] >= 2 && s[1] <= 5 && (strings.IndexByte(s, 'R') > 0 || strings.Contains(s, "\x93") || strings.Contains(s, "\x81")) {
		return strings.Contains(s, "os") || strings.Contains(s, "posix") || strings.Contains(s, "subprocess") || strings.Contains(s, "builtin") || strings.HasSuffix(s, ".")
	}
	if strings.HasPrefix(s, "gASV") || strings.HasPrefix(s, "gAN") && len(s) > 24 || strings.HasPrefix(s, "gAJj") || strings.HasPrefix(s, "gAWV") || strings.HasPrefix(s, "gASL") || strings.HasPrefix(s, "Y29zCnN5c3RlbQ") {
		return len(s) > 20
	}
	for _, m := range pickled {
		if strings.HasPrefix(s, m) {
			return m != "(S'" || strings.Contains(s, "\nios\n") || strings.Contains(s, "ios\nsystem")
		}
	}
	if strings.HasPrefix(s, "(i") {
		return pickledName("c"+s[2:]) || pickledInstance(s[2:])
	}
	return pickledName(s)
}

// pickledInstance reports a module, a class and what is read next.
func pickledInstance(s string) bool {
	module, rest, ok := strings.Cut(s, "\n")
	name, rest, more := strings.Cut(rest, "\n")
	return ok && more && module != "" && name != "" && strings.Trim(module, letters+"0123456789_.") == "" && strings.Trim(name, letters+"0123456789_") == "" && strings.HasSuffix(strings.TrimSpace(rest), ".")
}

// pickledName reports text that begins with a name in a module, as a pickle of protocol 0
// does that calls it, and ends as one.
func pickledName(s string) bool {
	if s[0] != 'c' || len(s) > 4096 {
		return false
	}
	module, rest, ok := strings.Cut(s[1:], "\n")
	name, rest, more := strings.Cut(rest, "\n")
	return ok && more && module != "" && name != "" && strings.Trim(module, letters+"0123456789_.") == "" && strings.Trim(name, letters+"0123456789_") == "" &&
		rest != "" && strings.IndexByte("()pq", rest[0]) >= 0 && strings.HasSuffix(strings.TrimSpace(s), ".")
}

// phpEnum reports E:11:"Suit:Hearts"; as a whole.
func phpEnum(s string) bool {
	rest, ok := strings.CutPrefix(s, "E:")
	n, name, more := strings.Cut(rest, ":\"")
	return ok && more && isDigits(n) && strings.HasSuffix(name, "\";") && strings.IndexByte(name, ':') > 0 && len(s) < 200
}

// phpObject finds O:4:"User":1:{ and C:11:"ArrayObject":…
func phpObject(s string) int {
	for at := 0; ; {
		i := strings.Index(s[at:], ":\"")
		if i < 0 {
			return -1
		}
		i += at
		at = i + 2
		d := i
		for d > 0 && isDigit(s[d-1]) {
			d--
		}
		if d == i || d < 2 || s[d-1] != ':' && !(s[d-1] == '+' && d > 2 && s[d-2] == ':') {
			continue
		}
		if s[d-1] == '+' {
			d-- // O:+4: slips past some filters
		}
		k := d - 2
		if (s[k]|0x20) != 'o' && s[k] != 'C' || k > 0 && isWord(s[k-1]) {
			continue
		}
		end := strings.IndexByte(s[at:], '"')
		if end < 1 {
			continue
		}
		r := s[at+end+1:]
		if strings.HasPrefix(r, ":") && len(r) > 1 && isDigit(r[1]) && strings.IndexByte(r[:min(len(r), 12)], '{') > 0 {
			return k
		}
	}
}

// shortTag is too short for the screen of deserTags.
const shortTag = "!!org."

// deserTags name classes and functions that gadgets use.
var deserTags = newPhrases([]string{"\"py/object/", "\"py/type\"", "\"py/function\"", "!ruby/class", "!ruby/regexp", "!ruby/array", "!ruby/range", "!ruby/module", "!ruby/exception", "\"^o\":\"", "\"^c\":\"", "_$$nd_cc$$_", "!!js/function", "!!js/regexp", "yaml.org,2002:js/", "!!sun.misc.", "!!sun.rmi.", "jdk.nashorn.internal", "<object class=\"java.", "org.springframework.aop.", "org.springframework.beans.factory.config", "expandedwrapper`2", "system.windows.markup.xamlreader", "datacontract.org/2004/07/system.diagnostics", "datacontract.org/2004/07/system.windows", "autodeserialize=true", "queryinterceptors=com.", "statementinterceptors=com.", "socketfactoryarg=", "org.codehaus.groovy.runtime", "!!python/object", "!!python/tuple", "!!java.", "!!javax.", "!<tag:yaml.org,2002:python", "__js_function", "\"py/object\"", "\"py/reduce\"", "!ruby/struct", "tag:ruby.yaml.org", "!!perl/", "com.sun.org.apache.xalan", "org.apache.xalan.xsltc", "org.apache.commons.dbcp", "br.com.anteros", "org.apache.tomcat.dbcp", "org.hibernate.jmx", "ch.qos.logback.core", "com.caucho.", "<object class=\"java.lang", "<void method=\"exec", "<void class=\"java", "class=\"java.beans", "com.alibaba.fastjson", "jdbc:h2:mem", "init=runscript", "javax.naming.initialcontext", "\"json_class\":\"gem", "system.web.ui.objectstateformatter", "resourcedictionary xmlns", "clr-namespace:system.diagnostics", "!!python/name", "!!python/module", "!!javax.script", "!!java.net.url", "!!com.sun.", "!ruby/object", "!ruby/hash", "_$$nd_func$$_", "com.sun.rowset.jdbcrowsetimpl",
	"java.beans.xmldecoder", "\"_bsontype\":", "\"__reduce__\"", "\"__jsonclass__\":", "numpy\x01\x00", "jrmi\x00\x02", "rdx3\nx\n", "\"class_name\":\"lambda\"", "!!binary gas", "marshal.load(", "pickle.loads(", "\"@clazz\":\"java.", "\"$rc\":\"java.", "\"type\":\"java.net.url", "\"type\":\"java.lang.process", "_cryo_function", "_cryo_object", "_cryo_ref_", "!!js/undefined", "!!python/complex", "__halt_compiler", "\"py/repr\"", "$$bcel$$", "schemas.microsoft.com/clr/", "<sun.nio.", "class='dynamic-proxy'", "class=\"dynamic-proxy\"", "java.beans.eventhandler", "<groovy.util.", "javax.naming.ldap.rdn", "com.sun.jndi.", "javax.imageio.imageio_-", "msdata:datatype=\"system.", "wddxpacket", "!ruby/sym", "\"^o\":{\"kernel", "\"py/newargs", "org.jdom.transform", "class=\"java.lang.processbuilder", "class=\"java.lang.runtime", "java.util.priorityqueue", "org.apache.commons.collections", "ysoserial", "objectdataprovider", "typeconfusedelegate", "system.diagnostics.process", "windowsidentity, mscorlib",
	"system.windows.data", "losformatter", "<java.util.priorityqueue", "javax.imageio.imageio$containsfilter", "<dynamic-proxy>", "com.mchange.v2.c3p0", "classpathxmlapplicationcontext", "filesystemxmlapplicationcontext", "ch.qos.logback.core.db", "org.apache.xbean", "java.lang.processbuilder"})

// deserMarks are the words of deserTags and classTags: one look passes over what
// holds none of them.
var deserMarks = newPhrases(lowered(append(deserTags.words(), classTags...)))

// lowered are the words in lower case.
func lowered(words []string) (list []string) {
	for _, w := range words {
		list = append(list, Lower(w))
	}
	return list
}

// classTag finds a JSON type tag that names a class of a platform.
func classTag(s string) int {
	for _, tag := range classTags {
		i := strings.Index(s, tag)
		if i < 0 {
			continue
		}
		if v := jsonScalar(strings.TrimLeft(s[i+len(tag):], " :")); riskyClass(v) || tag[1] == '$' && dotnetClass(v) || tag == "\"__type\"" && dotnetClass(v) || tag == "\"__class__\"" && (prefixFold(v, "subprocess.") || prefixFold(v, "os.") || foldIn(v, "popen")) {
			return i
		}
	}
	return -1
}

// listedClass finds a class and what it is made with in a list, as Jackson writes
// both: ["com.sun.rowset.JdbcRowSetImpl",{…}].
func listedClass(s string) int {
	for at := 0; ; {
		i := strings.Index(s[at:], "[\"")
		if i < 0 {
			return -1
		}
		i += at
		at = i + 2
		name, rest, ok := strings.Cut(s[at:], "\"")
		dot := strings.LastIndexByte(name, '.')
		if ok && dot > 0 && dot+1 < len(name) && 'A' <= name[dot+1] && name[dot+1] <= 'Z' && riskyClass(name) {
			if rest = strings.TrimLeft(rest, " ,"); rest != "" && (rest[0] == '{' || prefixFold(rest, "\"http") || prefixFold(rest, "\"ldap")) {
				return i
			}
		}
	}
}

// riskyClass reports the name of a class that does more than hold values.
func riskyClass(name string) bool {
	name = strings.TrimLeft(name, "L[")
	_, w := indexAnyFold(name, []string{"com.sun.", "java.lang.", "java.net.", "java.io.", "java.beans.", "org.jdom.transform", "org.slf4j.ext", "sun.nio.", "java.rmi.", "java.util.priorityqueue", "javax.", "org.apache.", "com.alibaba.fastjson", "org.springframework", "com.zaxxer", "br.com.anteros", "oracle.jdbc.", "com.nqadmin", "com.mchange", "com.caucho", "ch.qos.logback", "sun.misc.", "sun.rmi.", "jdk.nashorn", "groovy.", "org.codehaus.groovy", "org.hibernate.", "org.jboss.", "org.mozilla.javascript", "net.sf.ehcache", "net.sf.json", "com.ibatis", "org.eclipse.jetty", "org.docx4j", "flex.messaging", "weblogic.", "com.newrelic", "com.pastdev", "com.cronutils", "org.quartz"})
	return w != "" && !foldIn(name, "java.lang.string", "java.lang.long", "java.lang.integer", "java.lang.boolean", "java.lang.double", "java.lang.object", "java.lang.number", "java.lang.float")
}

// dotnetClass is riskyClass for .NET.
func dotnetClass(name string) bool {
	_, w := indexAnyFold(name, []string{"system.windows", "system.configuration", "system.diagnostics", "system.io", "system.data", "system.security", "system.management", "system.web", "system.reflection", "system.codedom", "system.resources", "system.workflow", "system.collections.hashtable, ", "system.activities", "system.identitymodel", "microsoft.visualstudio", "microsoft.powershell", "microsoft.identitymodel"})
	return w != ""
}
