package text

import "strings"

const xxeNeeds = "<"

// XXENeeds returns bytes of which a value must hold one for XXE to match.
func XXENeeds() string { return xxeNeeds }

// XXE reports XML that makes its parser fetch or explode: an entity or
// document type by SYSTEM or PUBLIC from a place of the client's choice, a
// parameter entity, an XInclude, entities made of entities.
//
// The document types of HTML, SVG, property lists and other public formats are
// silent, as are entities that stand for plain text.
//
// Returns: where the declaration begins, and its text.
//
// Example: XXE(`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`) = 13, `<!ENTITY a SYSTEM "file:///etc/passwd">…`, true.
func XXE(s string) (offset int, match string, ok bool) {
	at := strings.IndexByte(s, '<')
	if at < 0 || len(s) < 12 {
		return none()
	}
	if n, _ := countTalk(s[:at], smallWords, false); n >= 3 {
		return none() // behind words it is no document
	}
	s = clip(s)
	entities, nested := 0, 0
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '<')
		if i < 0 {
			break
		}
		i += at
		at = i + 1
		t := s[i:]
		switch {
		case prefixFold(t, "<!entity"):
			decl := declaration(t)
			if entityFetches(decl[8:]) {
				return found(s, i, i+len(decl))
			}
			entities++
			nested += boolInt(strings.Count(decl, "&") >= 2 && strings.Count(decl, ";") >= 2 && !strings.Contains(decl, "&#"))
		case prefixFold(t, "<!doctype"):
			if doctypeFetches(t[9:]) {
				return found(s, i, i+len(declaration(t)))
			}
		case indexFold(t[:min(len(t), 24)], ":include") > 0 && xinclude(declaration(t)):
			return found(s, i, i+len(declaration(t)))
		case prefixFold(t, "<image") && imageFetches(declaration(t)), (prefixFold(t, "<xsl:include") || prefixFold(t, "<xsl:import")) && xinclude(declaration(t)),
			prefixFold(t, "<xsl:value-of") && documentFetches(declaration(t)):
			return found(s, i, i+len(declaration(t)))
		}
	}
	if nested >= 2 && entities >= 3 {
		i := indexFold(s, "<!entity")
		return found(s, i, len(s))
	}
	return none()
}

// declaration returns the text up to the > that ends it, quotes respected.
func declaration(t string) string {
	var q byte
	for i := 1; i < len(t) && i < 2000; i++ {
		switch c := t[i]; {
		case q != 0:
			if c == q {
				q = 0
			}
		case c == '"' || c == '\'':
			q = c
		case c == '>' || c == '[':
			return t[:i+1]
		}
	}
	return t[:min(len(t), 2000)]
}

// entityFetches judges what follows <!ENTITY.
func entityFetches(d string) bool {
	d = strings.TrimLeft(d, " \t\r\n")
	parameter := strings.HasPrefix(d, "%")
	if at := indexFold(d, "system"); at >= 0 && at < 200 {
		return quotedAfter(d[at+6:]) != "" || parameter
	}
	if at := indexFold(d, "public"); at >= 0 && at < 200 {
		return !publicHost(d)
	}
	return parameter && (indexFold(d, "<!entity") >= 0 || indexFold(d, "&#x25;") >= 0 || indexFold(d, "&#37;") >= 0)
}

// doctypeFetches judges what follows <!DOCTYPE, up to its subset.
func doctypeFetches(d string) bool {
	head := d[:min(len(d), 2000)] // as far as a declaration is read
	if i := strings.IndexAny(head, "[>"); i >= 0 {
		head = head[:i]
	}
	if at := indexFold(head, "system"); at > 0 {
		u := quotedAfter(head[at+6:])
		return (strings.Contains(u, ":") || strings.HasPrefix(u, "//") || strings.HasPrefix(u, "/") || strings.HasSuffix(u, ".dtd") && strings.Contains(u, "..")) && !publicHost(u) && !prefixFold(u, "about:")
	}
	if indexFold(head, "public") > 0 {
		return strings.Contains(head, "://") && !publicHost(head)
	}
	return false
}

// quotedAfter returns the first quoted string in d.
func quotedAfter(d string) string {
	i := strings.IndexAny(d, "\"'")
	if i < 0 {
		return ""
	}
	j := strings.IndexByte(d[i+1:], d[i])
	if j < 0 {
		return d[i+1:]
	}
	return d[i+1 : i+1+j]
}

// publicHost reports the homes of well-known document types.
func publicHost(d string) bool {
	_, w := indexAnyFold(d, []string{"://www.w3.org/", "://www.apple.com/dtds/", "://java.sun.com/", "://www.oasis-open.org/", "://xml.cxml.org/", "://www.springframework.org/", "://hibernate.org/", "://hibernate.sourceforge.net/",
		"://struts.apache.org/", "://mybatis.org/", "://logging.apache.org/", "://jakarta.apache.org/", "://dtd.nlm.nih.gov/", "://xml.apache.org/", "about:legacy-compat", "://my.netscape.com/", "://www.wapforum.org/", "://www.voicexml.org/", "://www.musicxml.org/", "://tomcat.apache.org/", "://www.idpf.org/", "://www.daisy.org/"})
	return w != ""
}

// imageFetches reports a picture in SVG that is a file or the output of a command.
func imageFetches(d string) bool {
	_, w := indexAnyFold(d, []string{"expect:", "file:", "php:", "msl:", "text:/", "ephemeral:", "jar:"})
	return w != ""
}

// documentFetches reports document() with more than a file beside the style sheet.
func documentFetches(d string) bool {
	at := indexFold(d, "document(")
	if at < 0 {
		return false
	}
	u := strings.TrimLeft(d[at+len("document("):], " '\"&quot;")
	return !(u != "" && (isWord(u[0]) || strings.HasPrefix(u, "./"))) || strings.Contains(u[:min(len(u), 12)], ":") || strings.Contains(u, "..")
}

// xinclude reports an include with a place to fetch.
func xinclude(d string) bool {
	at := indexFold(d, "href")
	if at < 0 {
		return false
	}
	u := quotedAfter(d[at:])
	_, _, sensitive := sensitiveName(u)
	return prefixFold(u, "file:") || prefixFold(u, "http") || sensitive || prefixFold(u, "expect:") || prefixFold(u, "php:")
}
