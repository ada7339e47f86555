package text

// Talk about attacks is not an attack: a ticket quotes a payload, a guide shows
// one, a mail asks what <script> does. What a matcher found within sentences is
// therefore weak evidence, which Hints keep.

const (
	// talkWords is how many words around a match make a sentence, talkSmall how
	// many of them are the small ones that sentences are held together by.
	talkWords = 7
	talkSmall = 3
	// talkNear is how much of a match that goes to the value's end is the attack
	// itself; the rest is looked at like what is around it.
	talkNear = 12
	// talkFar bounds what is read on each side of a match.
	talkFar = 2048
)

// smallWords are words no sentence does without, in some languages, that are
// none of SQL, of shells or of programs.
var smallWords = wordSet(`the an of that it was were we you my our your how why what are but be been can cannot must should could please which there they he she has have had
 will would because about here who them these those its does did don doesn works after before instead i'm
 der die das und nicht ist ein eine einen mit zu auf den dem wir ich sie werden wird auch wenn
 le la les des est pas une que pour dans avec sur je vous nous qui sont ne du
 el los las es por una para con se del no como pero muy lo
 um uma da os não em ao il di che per non gli della het een van niet voor`)

// talks reports that s[from:to] stands within sentences.
func talks(s string, from, to int) bool {
	if len(s)-(to-from) < 24 && to < len(s) || len(s) < 40 {
		return false
	}
	if to == len(s) {
		to = min(to, from+talkNear)
	}
	words, small := countTalk(s[max(0, from-talkFar):from])
	w, m := countTalk(s[to:min(len(s), to+talkFar)])
	return words+w >= talkWords && small+m >= talkSmall
}

// countTalk counts words of letters between blanks, and the small ones.
func countTalk(s string) (words, small int) {
	for i := 0; i < len(s); {
		if !isLetter(s[i]) && s[i] < 0x80 || i > 0 && !isSpace(s[i-1]) && s[i-1] != '"' && s[i-1] != '(' {
			i++
			continue
		}
		end := i
		for end < len(s) && (isLetter(s[end]) || s[end] >= 0x80) {
			end++
		}
		if end == len(s) || isSpace(s[end]) || s[end] == '.' || s[end] == ',' || s[end] == '?' || s[end] == '!' || s[end] == ':' || s[end] == '\'' {
			words++
			if lookFold(smallWords, s[i:end]) != "" {
				small++
			}
		}
		i = end + 1
	}
	return words, small
}

// unlessTalk is m, but for what it finds within sentences.
func unlessTalk(s string, m func(string) (int, string, bool)) (offset int, match string, ok bool) {
	offset, match, ok = m(s)
	if ok && talks(s, offset, offset+len(match)) {
		return none()
	}
	return offset, match, ok
}
