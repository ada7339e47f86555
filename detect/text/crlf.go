package text

import "strings"

const (
	lineEnds = "\r\n"
	// crlfNeeds has the backslash of an end of line that is written as letters, too.
	crlfNeeds = lineEnds + "\\"
)

// writtenHead are fields behind an end of line that some reader makes of its letters.
var writtenHead = newPhrases([]string{`\u000d\u000a`, `\x0d\x0a`, `\nlocation:`, `\nx-forwarded-`, `\ncontent-type:`, `\r\nset-cookie:`, `\r\nlocation:`, `\r\nx-`, `\r\ncontent-`, `\nset-cookie:`, `\r\n\r\n<`, `\r\nhost:`})

// CRLFNeeds returns bytes of which a value must hold one for CRLF to match.
func CRLFNeeds() string { return crlfNeeds }

// headFields are fields that mean something to clients, servers and what stands
// between them.
var headFields = wordSet(`set-cookie set-cookie2 location content-type content-length transfer-encoding refresh link host cookie authorization content-disposition cache-control last-modified connection injected header
 www-authenticate proxy-authenticate proxy-authorization etag vary server pragma expires via content-encoding content-language content-location accept-ranges upgrade referer user-agent origin proxy-connection clear-site-data alt-svc report-to
 access-control-allow-origin access-control-allow-credentials access-control-allow-headers access-control-allow-methods access-control-expose-headers access-control-max-age access-control-request-method access-control-request-headers
 content-security-policy content-security-policy-report-only strict-transport-security cross-origin-resource-policy cross-origin-opener-policy cross-origin-embedder-policy permissions-policy feature-policy referrer-policy expect-ct public-key-pins nel
 status age trailer keep-alive date allow retry-after warning te expect range if-range if-match if-none-match if-modified-since if-unmodified-since accept accept-encoding accept-language accept-charset max-forwards content-range content-md5 content-base digest
 forwarded true-client-ip client-ip cf-connecting-ip fastly-client-ip metadata metadata-flavor dav depth destination overwrite p3p dnt server-timing timing-allow-origin sourcemap service-worker-allowed early-data
 sec-websocket-accept sec-websocket-key sec-websocket-protocol sec-fetch-site sec-fetch-mode proxy http2-settings surrogate-control surrogate-key cdn-cache-control tracestate traceparent soapaction`)

// CRLF reports a line end within a value followed by the grammar of a head: a
// field that means something to HTTP, or a status or request line.
//
// Text of several lines, mail quoted in a chat included, is silent, unless its
// line is such a field. Ask it of one-line places only (path, query, header,
// cookie): a body of text may well hold a copy of a head.
//
// Returns: where the line end is, and the text from there.
//
// Example: CRLF("/x\r\nSet-Cookie: a=1") = 2, "\r\nSet-Cookie: a=1", true.
func CRLF(s string) (offset int, match string, ok bool) {
	offset, match, ok = crlf(s)
	if ok && offset > 24 {
		if n, small := countTalk(s[:min(offset, talkFar)], smallWords, false); n >= 5 && small >= 2 {
			return none() // sentences, of several lines
		}
	}
	return offset, match, ok
}

// crlf is CRLF wherever it stands.
func crlf(s string) (offset int, match string, ok bool) {
	at := strings.IndexAny(s, lineEnds)
	if at < 0 {
		if at, _ := writtenHead.find(s); at >= 0 && words(s[:at], 4) < 4 {
			return found(s, at, len(s))
		}
		return none()
	}
	s = clip(s)
	for at >= 0 && at < len(s) {
		i := at
		for i < len(s) && (s[i] == '\r' || s[i] == '\n' || s[i] == ' ' || s[i] == '\t') {
			i++
		}
		if headLine(s[i:]) && !everyday(s[:at], s[i:]) || forgedLog(s[i:]) && (words(s[:at], 3) < 3 || !isLetter(s[i])) || ownField(s[:at], s[i:]) && !everyday(s[:at], s[i:]) || storeCommand(s[i:]) || strings.Count(s[at:i], "\n") >= 2 && len(s) > i+1 && s[i] == '<' && isLetter(s[i+1]) && words(s[:at], 3) < 3 && !formatting(s[i+1:]) || i-at >= 3 && prefixFold(s[i:], "<!doctype") || i-at >= 3 && (prefixFold(s[i:], "<html") || prefixFold(s[i:], "<script") || prefixFold(s[i:], "<svg")) {
			return found(s, at, len(s))
		}
		next := strings.IndexAny(s[i:], lineEnds)
		if next < 0 {
			break
		}
		at = i + next
	}
	return none()
}

// everydayFields are fields whose names are words that people head lines with.
var everydayFields = wordSet(`location server via date age warning allow expect status trailer range accept from host link origin connection upgrade expires header injected metadata depth destination overwrite digest proxy refresh te nel early-data`)

// everyday reports a line that is headed by a word of everyday: it is a field of a head
// only where the value has that field's shape and no text stands before it.
func everyday(head, line string) bool {
	if end := strings.IndexAny(line, lineEnds); end >= 0 {
		line = line[:end]
	}
	colon := strings.IndexByte(line[:min(len(line), maxFieldName+1)], ':')
	if colon <= 0 || lookFold(everydayFields, strings.TrimRight(line[:colon], " ")) == "" {
		return false
	}
	if typedField(line) && !foldIn(line[:colon], "host") {
		return false
	}
	if strings.Contains(head, " HTTP/") {
		return false // the value ends a request line
	}
	if strings.IndexByte(head, ' ') >= 0 {
		return true
	}
	if i := strings.LastIndexByte(head, ':'); i >= 0 && !strings.HasPrefix(head[i:], "://") {
		return true // a list of pairs
	}
	name, value := line[:colon], strings.TrimSpace(line[colon+1:])
	switch {
	case foldIn(name, "date", "expires"):
		return !strings.HasSuffix(value, "GMT")
	case foldIn(name, "age", "warning", "status"):
		return value == "" || !isDigit(value[0])
	case foldIn(name, "range"):
		return !prefixFold(value, "bytes=")
	case foldIn(name, "accept"):
		return !strings.Contains(value, "/")
	}
	return strings.IndexByte(value, ' ') >= 0
}

// formatting reports an element of a text, as editors and people write them.
func formatting(t string) bool {
	return foldIn(t[:wordEnd(t, 0)], "b", "i", "u", "p", "br", "em", "strong", "ul", "ol", "li", "a", "code", "pre", "span", "blockquote", "hr", "small", "sub", "sup", "kbd", "table", "details", "summary")
}

// ownField reports a line that is a field of any name behind a word: with nothing
// before it that is a field, too, it is no text of several lines.
func ownField(head, line string) bool {
	more := ""
	if end := strings.IndexAny(line, lineEnds); end >= 0 {
		line, more = line[:end], strings.TrimLeft(line[end:], lineEnds)
	}
	if bareField(head, line) && more == "" {
		return true
	}
	return len(line) < 80 && len(head) < 64 && strings.IndexByte(head, ' ') < 0 && !fieldLine(head) && fieldLine(line) && 'A' <= line[0] && line[0] <= 'Z' && strings.Count(line, " ") == 1
}

// bareField reports a last line behind one word that is a field by its form alone:
// a name as heads have them, a colon, one word. Of a list of tags none has the
// dash of such names, and a colon without a blank behind it.
func bareField(head, line string) bool {
	colon := strings.IndexByte(line[:min(len(line), maxFieldName+1)], ':')
	if colon < 2 || colon+1 >= len(line) || line[colon+1] == '/' || len(line) > 80 || len(head) > 64 || strings.ContainsAny(head, " :\r\n") || !isLetter(line[0]) {
		return false
	}
	name, value := line[:colon], strings.TrimSpace(line[colon+1:])
	if strings.Trim(name, letters+"0123456789-") != "" || value == "" || strings.IndexByte(value, ' ') >= 0 {
		return false
	}
	return strings.IndexByte(name, '-') > 0 || line[colon+1] == ' '
}

// storeCommand reports a line of Redis' or memcached's protocol.
func storeCommand(line string) bool {
	if end := strings.IndexAny(line, lineEnds); end >= 0 {
		if strings.HasPrefix(line, "*") && isDigits(line[1:end]) && strings.HasPrefix(strings.TrimLeft(line[end:], lineEnds), "$") {
			return true
		}
		line = line[:end]
	}
	for _, w := range [...]string{"FLUSHALL", "FLUSHDB", "CONFIG SET ", "SLAVEOF ", "MODULE LOAD ", "EVAL ", "SET ", "GET ", "DEL ", "KEYS ", "AUTH ", "flush_all", "MIGRATE ", "REPLICAOF "} {
		if strings.HasPrefix(line, w) && strings.Count(line, " ") < 5 {
			return true
		}
	}
	rest, ok := strings.CutPrefix(line, "set ")
	f := strings.Fields(rest)
	return ok && len(f) == 4 && isDigits(f[1]) && isDigits(f[2]) && isDigits(f[3])
}

// forgedLog reports a line as logs are made of: a level, a time, or an address with
// the dashes of an access log. Who brings one into a value writes into a log.
func forgedLog(t string) bool {
	line, _, _ := strings.Cut(t[:min(len(t), 200)], "\n")
	if len(line) < 12 {
		return false
	}
	for _, begin := range [...]string{"{\"level\":", "level=", "{\"time\":", "{\"ts\":", "{\"timestamp\":", "{\"@timestamp\":", "time=\"", "ts=", "time=2"} {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	if loggedAt(line) {
		return true
	}
	bare := strings.TrimLeft(line, "[(")
	for _, level := range [...]string{"INFO", "WARN", "WARNING", "ERROR", "DEBUG", "CRITICAL", "FATAL", "NOTICE", "ALERT", "AUDIT"} {
		if rest, ok := strings.CutPrefix(bare, level); ok && rest != "" && strings.IndexByte(" :]-)|", rest[0]) >= 0 {
			return true
		}
	}
	return logLine(line) && strings.IndexByte(line, ' ') > 0 || isDigit(line[0]) && strings.Contains(line, " - - [") || accessLine(line)
}

// loggedAt reports the beginning of a line of syslog, with its priority, of klog, or
// of Java's logs: <34>Nov  3 10:22:31, E1103 10:22:31.000, 03-Nov-2025 10:22:31.
func loggedAt(line string) bool {
	if line[0] == '<' {
		if end := strings.IndexByte(line[:min(len(line), 5)], '>'); end > 1 && isDigits(line[1:end]) {
			return logLine(line[end+1:]) || strings.HasPrefix(line[end+1:], "1 2")
		}
		return false
	}
	t := strings.TrimLeft(line, "[")
	if len(t) > 20 && strings.IndexByte("IWEF", t[0]) >= 0 && isDigits(t[1:5]) && t[5] == ' ' && t[8] == ':' && t[11] == ':' {
		return true
	}
	return len(t) > 20 && isDigits(t[:2]) && strings.IndexByte("-/", t[2]) >= 0 && isLetter(t[3]) && t[6] == t[2] && isDigits(t[7:11]) && t[14] == ':'
}

// accessLine reports an entry of an access log: an address, who, the time in brackets.
func accessLine(line string) bool {
	f := strings.Fields(line)
	if len(f) < 4 || len(f[3]) < 12 || f[3][0] != '[' || f[3][3] != '/' {
		return false
	}
	return strings.Trim(f[0], "0123456789abcdefABCDEF.:") == "" && strings.ContainsAny(f[0], ".:")
}

// maxFieldName is longer than every name in splitHeaders. No colon is looked
// for behind it: in text of many lines without one that would read all of the
// rest again at each line.
const maxFieldName = 40

// headLine reports a line of a head.
func headLine(t string) bool {
	if prefixFold(t, "http/1.") || prefixFold(t, "http/2 ") {
		return true
	}
	for _, m := range [...]string{"get ", "post ", "put ", "delete ", "patch ", "options ", "head ", "trace ", "connect "} {
		if prefixFold(t, m) && indexFold(t[:min(len(t), 200)], " http/") > 0 {
			return true
		}
	}
	if len(t) > 2 && t[0] == '0' && (t[1]|0x20 == 'a' || t[1]|0x20 == 'd') {
		t = t[2:] // %%0a0a, of which half is undone
	}
	colon := strings.IndexByte(t[:min(len(t), maxFieldName+1)], ':')
	if colon <= 0 || colon+1 >= len(t) {
		return false
	}
	return lookFold(headFields, strings.TrimRight(t[:colon], " ")) != "" || prefixFold(t, "x-") && colon < 30 && strings.IndexByte(t[:colon], ' ') < 0
}

// CRLFField reports a line end within a short value followed by a field of a
// head with a value of that field's own shape. It is CRLF for places that may hold text of
// several lines: a note that says where, "Location: room 4", is silent, and so is
// a copy of a whole head.
//
// Returns: where the line end is, and the text from there.
//
// Example: CRLFField("x\r\nSet-Cookie: a=1") = 1, "\r\nSet-Cookie: a=1", true; CRLFField("Party\nLocation: room 4") is silent.
func CRLFField(s string) (offset int, match string, ok bool) {
	at := strings.IndexAny(s, lineEnds)
	if at < 0 {
		if at, _ := writtenHead.find(s); at >= 0 && len(s) <= 256 && strings.IndexByte(s[:at], ' ') < 0 && strings.Count(s, " ") <= 2 {
			return found(s, at, len(s))
		}
		return none()
	}
	if len(s) > 1024 || words(s[:at], 6) >= 6 || at > 0 && (headLine(s) || fieldLine(s[:at])) {
		return none()
	}
	for from := at; at >= 0; {
		i := at
		for i < len(s) && (s[i] == '\r' || s[i] == '\n' || s[i] == ' ' || s[i] == '\t') {
			i++
		}
		line := s[i:]
		if e := strings.IndexAny(line, lineEnds); e >= 0 {
			line = line[:e]
		}
		if typedField(line) && !everyday(s[:at], line) || prefixFold(line, "http/1.") && len(line) > 9 && isDigit(line[9]) || requestLine(line) && from == at || from == at && forgedEntry(s[:at], s[i:]) ||
			i-at >= 3 && strings.HasPrefix(s[at:], "\r\n\r\n") && (prefixFold(s[i:], "<!doctype") || prefixFold(s[i:], "<html") || prefixFold(s[i:], "<script") || prefixFold(s[i:], "<svg") || words(s[:at], 2) < 2 && len(s) < 256 && pageBegins(s[i:])) {
			return found(s, from, len(s))
		}
		next := strings.IndexAny(s[i:], lineEnds)
		if next < 0 {
			break
		}
		at = i + next
	}
	return none()
}

// pageBegins reports an element that nobody writes into a text, but a page has.
func pageBegins(t string) bool {
	for _, tag := range [...]string{"<body", "<head", "<meta ", "<base ", "<style", "<form ", "<title"} {
		if prefixFold(t, tag) {
			return true
		}
	}
	return false
}

// forgedEntry reports the entry of a log, a command of a store, or a field of any
// name, behind the one or two words that the value should have been.
func forgedEntry(head, rest string) bool {
	if head == "" || words(head, 4) > 2 || strings.ContainsAny(head, ":{[<#") || strings.Count(rest, "\n") > 3 && !storeCommand(rest) {
		return false
	}
	return forgedLog(rest) || storeCommand(rest) || ownField(head, rest) && !everyday(head, rest) && strings.IndexByte(rest, '\n') < 0
}

// fieldLine reports a line that is a field of any head.
func fieldLine(line string) bool {
	i := 0
	for i < len(line) && (isLetter(line[i]) || line[i] == '-') {
		i++
	}
	return i > 1 && i+1 < len(line) && line[i] == ':' && line[i+1] == ' '
}

func requestLine(line string) bool {
	for _, m := range []string{"get /", "post /", "put /", "delete /", "get http", "head /"} {
		if prefixFold(line, m) {
			return true
		}
	}
	for _, m := range [...]string{"PATCH ", "OPTIONS ", "TRACE ", "CONNECT "} {
		if strings.HasPrefix(line, m) {
			return strings.Contains(line, " HTTP/")
		}
	}
	return false
}

// typedField reports a field of a head whose value has the shape of that field.
func typedField(line string) bool {
	colon := strings.IndexByte(line[:min(len(line), maxFieldName+1)], ':')
	if colon <= 0 {
		return false
	}
	name, value := strings.TrimRight(line[:colon], " "), strings.Trim(line[colon+1:], " \t")
	switch {
	case foldIn(name, "set-cookie", "cookie"):
		i := strings.IndexByte(value, '=')
		return i > 0 && strings.IndexByte(value[:i], ' ') < 0
	case foldIn(name, "location", "refresh", "link", "content-location"):
		return strings.Contains(value, "//") || strings.HasPrefix(value, "/") || strings.Contains(value, ";") && strings.Contains(value, "url=") || prefixFold(value, "javascript:")
	case foldIn(name, "content-type"):
		return strings.Contains(value, "/") && strings.IndexByte(value, ' ') != 0
	case foldIn(name, "age"):
		return isDigits(value)
	case foldIn(name, "content-length", "x-xss-protection", "x-frame-options", "transfer-encoding", "connection", "content-encoding", "content-disposition", "cache-control", "last-modified", "content-security-policy",
		"access-control-allow-origin", "access-control-allow-credentials", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "x-original-url", "x-rewrite-url", "strict-transport-security", "etag", "vary", "proxy-connection", "upgrade", "clear-site-data", "x-injected", "x-injected-header", "x-test", "authorization", "referer", "www-authenticate", "proxy-authenticate", "access-control-allow-headers", "access-control-allow-methods", "access-control-expose-headers", "pragma", "accept-ranges", "content-language", "alt-svc", "report-to"):
		return value != ""
	case foldIn(name, "host"):
		return value != "" && strings.IndexByte(value, ' ') < 0
	}
	if strings.IndexByte(name, '-') > 0 && value != "" && lookFold(headFields, name) != "" {
		return true
	}
	return prefixFold(name, "x-") && len(name) > 3 && value != "" && strings.IndexByte(name, ' ') < 0
}

// MailHeader reports a line end within a value followed by a field of a mail
// that adds recipients or a new part: To, Cc, Bcc with an address, Subject or a
// MIME boundary.
//
// Returns: where the line end is, and the text from there.
//
// Example: MailHeader("a@x.example\r\nBcc: b@y.example") = 11, "\r\nBcc: b@y.example", true.
func MailHeader(s string) (offset int, match string, ok bool) {
	if len(s) > 4096 {
		return none()
	}
	at := strings.IndexAny(s, lineEnds)
	if at < 0 {
		if at, _ := writtenMail.find(s); at > 0 && strings.IndexByte(s[at:], '@') > 0 && words(s[:at], 8) < 8 {
			return found(s, at, len(s))
		}
		return none()
	}
	if fieldLine(s[:at]) && strings.Count(s, "\n") >= 3 {
		return none() // a whole head, as services that receive mail are sent
	}
	for at >= 0 {
		i := at
		for i < len(s) && (s[i] == '\r' || s[i] == '\n' || s[i] == ' ' || s[i] == '\t') {
			i++
		}
		t := s[i:]
		line := t
		next := strings.IndexAny(t, lineEnds)
		if next >= 0 {
			line = t[:next]
			if strings.HasSuffix(line, ":") {
				line = foldedLine(t)
			}
		}
		if mailField(line, len(s[:at])) {
			return found(s, at, len(s))
		}
		if next < 0 {
			break
		}
		at = i + next
	}
	return none()
}

// writtenMail are fields behind an end of line that some reader makes of its letters.
var writtenMail = newPhrases([]string{`\nbcc:`, `\ncc:`, `\nto:`, `\nfrom:`, `\nreply-to:`, `\rbcc:`})

// foldedLine returns the line t begins with and the next, if that begins with a blank.
func foldedLine(t string) string {
	line, next, _ := strings.Cut(t, "\n")
	if next != "" && (next[0] == ' ' || next[0] == '\t') {
		next, _, _ = strings.Cut(next, "\n")
		return strings.TrimRight(line, "\r") + next
	}
	return strings.TrimRight(line, "\r")
}

// MailHeaderNeeds returns bytes of which a value must hold one for MailHeader to match.
func MailHeaderNeeds() string { return crlfNeeds }

// mailField judges one line; head is how much of the value stood before.
func mailField(line string, head int) bool {
	colon := strings.IndexByte(line[:min(len(line), maxFieldName+1)], ':')
	if colon <= 0 {
		return mailCommand(line, head)
	}
	name := strings.TrimRight(line[:colon], " \t")
	switch {
	case foldIn(name, "bcc", "cc", "to", "reply-to", "return-path", "disposition-notification-to", "from", "sender", "return-receipt-to", "errors-to", "resent-to", "resent-cc", "resent-bcc", "resent-from", "apparently-to", "delivered-to", "x-original-to", "x-rcpt-to", "envelope-to", "list-unsubscribe"):
		if strings.IndexByte(line, '@') > 0 {
			return foldIn(name, "bcc") || head < 200
		}
	case head >= 200:
		return false
	case foldIn(name, "content-type"):
		value := line[colon+1:]
		return indexFold(value, "multipart/") >= 0 || indexFold(value, "text/html") >= 0 || indexFold(value, "text/plain") >= 0
	case foldIn(name, "mime-version", "content-transfer-encoding", "x-priority", "x-msmail-priority", "x-mailer"), foldIn(name, "importance", "priority", "x-spam-status") && words(line[colon:], 2) < 2:
		return true
	case foldIn(name, "message-id", "in-reply-to", "references"):
		return strings.IndexByte(line, '<') > 0
	case foldIn(name, "received"):
		return strings.Contains(line, " by ")
	case foldIn(name, "content-disposition"):
		return strings.Contains(line, "attachment")
	case foldIn(name, "subject"):
		return head < 120 && len(line) < 120
	}
	return mailCommand(line, head)
}

// mailCommand reports a line of SMTP, IMAP or POP3 in a value of one line.
func mailCommand(line string, head int) bool {
	if head > 200 {
		return false
	}
	for _, c := range []string{"rcpt to:", "mail from:", "vrfy ", "expn ", "ehlo ", "helo ", "auth login", "auth plain", "starttls", "rset"} {
		if prefixFold(line, c) {
			return words(line, 6) < 6
		}
	}
	if word, n, ok := strings.Cut(line, " "); ok && (word == "RETR" || word == "DELE" || word == "TOP" || word == "PASS" || word == "USER") && strings.IndexByte(n, ' ') < 0 {
		return word != "USER" && n != "" // POP3
	}
	if foldIn(line, "data", "quit", "noop", "stat", "capa", ".") {
		return line != "." && strings.ToUpper(line) == line // a lone word in capitals, as they are sent
	}
	tag, command, ok := strings.Cut(line, " ")
	if !ok || tag == "" || len(tag) > 8 || !isDigit(tag[len(tag)-1]) || !isLetter(tag[0]) {
		return false
	}
	word, _, _ := strings.Cut(command, " ")
	return strings.ToUpper(word) == word && foldIn(word, "capability", "fetch", "login", "logout", "select", "list", "status", "search", "store", "copy", "delete", "create", "append", "examine", "noop", "uid", "expunge", "authenticate", "rename", "idle")
}
