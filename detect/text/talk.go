package text

import "strings"

// Talk about attacks is not an attack: a ticket quotes a payload, a guide shows
// one, a mail asks what <script> does, a log keeps the request that was refused. What a
// matcher found within sentences or within a copy of a request is therefore weak
// evidence, which hints keep.

const (
	// talkWords is how many words around a match make a sentence, talkSmall how
	// many of them are the small ones that sentences are held together by.
	talkWords = 7
	talkSmall = 3
	// headWords and headSmall are the same for what stands before a match: who
	// breaks out of a literal has little to say first.
	headWords = 3
	headSmall = 1
	// talkNear is how much of a match that goes to the value's end is the attack
	// itself; the rest is looked at like what is around it.
	talkNear = 12
	// talkFar bounds what is read on each side of a match.
	talkFar = 2048
)

// otherWord is how many bytes of a script without blanks are about a word.
const otherWord = 12

// smallWords are words no sentence does without, in some languages, that are
// none of SQL, of shells or of programs.
var smallWords = wordSet(`the an of that it was were we you my our your how why what are but be been can cannot must should could please which there they he she has have had
 will would works because about here who them these those its does did do don doesn after before instead
 der die das und nicht ist ein eine einen mit zu auf den dem wir ich sie werden wird auch wenn
 le la les des est pas une que pour dans avec sur je vous nous qui sont ne du
 el los las es por una para con se del no como pero muy lo
 um uma da os não em ao il di che per non gli della het een van niet voor`)

// headWordsOnly are small words, too, but also of SQL and shells: they count only
// before a match.
var headWordsOnly = wordSet(`to this a i found within between against ran sent put got see try use using means matched contains saying says called`)

// plainWords are small words, too, that SQL, shells and templates have: they count
// around what is none of these. Those of programs are left out.
var plainWords = wordSet(`to a i is it and at by on or not all any than so no into about within between in as if with from every each`)

// A talk says how much of sentences it takes before a match is passed over: loose
// is content with what stands before the match, wide counts plainWords, too.
type talk struct{ loose, wide bool }

// talks reports that s[from:to] stands within sentences, in what a text shows as
// code, or in a copy of a request.
func (k talk) talks(s string, from, to int) bool {
	if asks(s[:min(from, talkFar)]) {
		return true
	}
	if len(s) < 24 {
		return false
	}
	if copiedRequest(s, from) || logLine(s) || logPairs(s[:from]) {
		return true
	}
	end := to
	if to == len(s) {
		end = min(to, from+talkNear)
	}
	head := s[max(0, from-talkFar):from]
	if tells(head) {
		return true
	}
	words, small := countTalk(head, smallWords, true)
	if k.loose {
		_, more := countTalk(head, headWordsOnly, true)
		if words >= headWords && small+more >= headSmall || words >= 2*headWords {
			return true
		}
	}
	tail := s[end:min(len(s), end+talkFar)]
	w, m := countTalk(tail, smallWords, true)
	words, small = words+w, small+m
	_, m = countTalk(head, plainWords, true)
	_, n := countTalk(tail, plainWords, true)
	if words >= headWords && small+m+n > 0 && shownAsCode(s, from) {
		return true
	}
	if k.wide {
		small += m + n
	}
	return words >= talkWords && (small >= talkSmall || k.wide && small >= talkSmall-1)
}

// askWords begin a question about something, or its answer; tellWords come before
// what somebody did, saw or shows.
var (
	askWords = wordSet(`what why how is are does do can could should would which where when who explain difference meaning example examples fix prevent avoid understanding convert translate describe summarise summarize
 was wie warum wieso ist sind kann welche qué que por cómo como cuál es son puede quel quelle pourquoi comment est peut cosa perché che come wat waarom hoe`)
	tellWords = wordSet(`someone somebody typed types typing entered entering enters tried tries trying payload payloads attack attacks attacker attackers hacker hackers scanner scanners injection xss sqli escape escapes escaping
 vulnerable exploit exploits reported reports blocked blocks matched lets allows sanitizer firewall waf honeypot advisory`)
)

// labels come with a colon before what they name.
var labels = wordSet(`input output payload example note fixed added removed reflected stored result expected actual steps poc attack injection request evidence before after question answer meaning usage title warning`)

// maxNamed is how much may stand between a label and what an attack begins with.
const maxNamed = 48

// asks reports a head that begins as a question does.
func asks(head string) bool {
	first, rest, ok := strings.Cut(strings.TrimLeft(head, " \"(¿"), " ")
	if !ok || lookFold(askWords, first) == "" {
		return false
	}
	n, _ := countTalk(rest, nil, true)
	last := head[len(head)-1]
	return n >= 1 && (isSpace(last) || strings.IndexByte("\"'`(*", last) >= 0)
}

// tells reports a head in which somebody tells of an attack, or that names what
// comes.
func tells(head string) bool {
	if head == "" {
		return false
	}
	if label, named, ok := strings.Cut(head, ": "); ok && len(named) < maxNamed && lookFold(labels, label[strings.LastIndexAny(label, " \n.(*")+1:]) != "" {
		return true
	}
	if strings.ContainsAny(head, "<;|&${}=") {
		return false // something else was brought in before
	}
	words, telling := countTalk(head, tellWords, true)
	return words >= 2 && telling >= 1 && (isSpace(head[len(head)-1]) || strings.IndexByte("\"'`(*", head[len(head)-1]) >= 0)
}

// shownAsCode reports that what begins at from stands between the marks with which a
// text shows code: back quotes of Markdown, <code> and <pre> of HTML.
func shownAsCode(s string, from int) bool {
	head, rest := s[max(0, from-talkFar):from], s[from:min(len(s), from+talkFar)]
	if strings.Count(head, "`")%2 == 1 && strings.IndexByte(rest, '`') > 0 {
		return true
	}
	for _, tag := range [...]string{"code", "pre", "kbd", "samp"} {
		open := strings.LastIndex(head, "<"+tag)
		if open >= 0 && strings.LastIndex(head, "</"+tag) < open && strings.Contains(rest, "</"+tag) {
			return true
		}
	}
	return false
}

// countTalk counts words of letters between blanks, and those of a set; in marked
// text a tag or a back quote ends a word, too.
func countTalk(s string, set map[string]string, marked bool) (words, small int) {
	begins, ends := "\"(", ".,?!:;')"
	if marked {
		begins, ends = "\"(>`*", ".,?!:;')<`*"
	}
	for i := 0; i < len(s); {
		if !isLetter(s[i]) && s[i] < 0x80 || i > 0 && !isSpace(s[i-1]) && strings.IndexByte(begins, s[i-1]) < 0 {
			i++
			continue
		}
		end := i
		for end < len(s) && (isLetter(s[end]) || s[end] >= 0x80) {
			end++
		}
		if end == len(s) || isSpace(s[end]) || strings.IndexByte(ends, s[end]) >= 0 {
			words++
			if s[i] >= 0xce {
				// sentences of other scripts: their words are not listed, and some write no blanks
				words += (end - i) / otherWord
				small++
			} else if lookFold(set, s[i:end]) != "" {
				small++
			}
		}
		i = end + 1
	}
	return words, small
}

// copiedRequest reports a request line before a match: "GET /?q=… HTTP/1.1", as logs
// and reports hold.
func copiedRequest(s string, from int) bool {
	head := s[:min(len(s), from+8)]
	for _, m := range [...]string{"GET /", "POST /", "PUT /", "HEAD /", "DELETE /", "PATCH /", "OPTIONS /"} {
		i := strings.Index(head, m)
		if i < 0 || i > 0 && strings.IndexByte("\" '[\n`", s[i-1]) < 0 {
			continue
		}
		// as logs have it, or with words around
		if strings.Contains(s[i:], " HTTP/") || i > 2 && from > i || strings.IndexByte(s[min(len(s), i+len(m)):], ' ') > 0 && from > i && isDigit(s[len(s)-1]) {
			return true
		}
	}
	return false
}

// logLine reports a value that begins with the time at which something was
// written down, or with its level.
func logLine(s string) bool {
	t := strings.TrimLeft(s[:min(len(s), 40)], " [<\"")
	if len(t) > 19 && isDigit(t[0]) && isDigit(t[3]) && t[4] == '-' && t[7] == '-' && (t[10] == 'T' || t[10] == ' ') && t[13] == ':' {
		return true
	}
	return len(t) > 15 && t[3] == ' ' && t[6] == ' ' && t[9] == ':' && t[12] == ':' && isLetter(t[0]) && isDigit(t[5])
}

// logPairs reports pairs as logs write them, level=info user=ann, before a match.
func logPairs(head string) bool {
	n := 0
	for f := range strings.FieldsSeq(head[max(0, len(head)-512):]) {
		name, _, ok := strings.Cut(strings.TrimLeft(f, "(["), "=")
		n += boolInt(ok && len(name) > 1 && wordEnd(name, 0) == len(name) && strings.IndexByte(f, '&') < 0)
	}
	return n >= 2 && strings.IndexByte(head, '<') < 0
}

// unlessTalk is m, but for what it finds within sentences.
func unlessTalk(s string, m func(string) (int, string, bool)) (offset int, match string, ok bool) {
	return talk{loose: true}.unless(s, m)
}

func (k talk) unless(s string, m func(string) (int, string, bool)) (offset int, match string, ok bool) {
	offset, match, ok = m(s)
	if ok && k.talks(s, offset, offset+len(match)) {
		return none()
	}
	return offset, match, ok
}

// maxProse bounds what of a page SmallWords reads.
const maxProse = 32 << 10

// SmallWords counts the words by which sentences are held together (the, of, is
// not…, in some languages): many of them make a page that explains something.
//
// Example: SmallWords("the error that you see") = 3, SmallWords("root:x:0:0:root") = 0.
func SmallWords(s string) int {
	_, small := countTalk(s[:min(len(s), maxProse)], smallWords, false)
	return small
}
