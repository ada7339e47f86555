package suricata

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"spaniel/internal/importer"
)

// maxLine bounds a signature, maxRules the signatures of a file.
const (
	maxLine  = 16 << 10
	maxRules = 200_000
)

// Translate translates the signatures of the files. license is what they are
// under: signatures do not say it.
func Translate(files []importer.File, license string) []importer.Result {
	var out []importer.Result
	head := regexp.MustCompile(`^(\w+)\s+([\w-]+)\s+(\S+|\[[^\]]*\])\s+(\S+|\[[^\]]*\])\s+(->|<>)\s+(\S+|\[[^\]]*\])\s+(\S+|\[[^\]]*\])\s*\((.*)\)$`)
	for _, f := range files {
		number := 0
		for line := range strings.Lines(string(f.Text)) {
			number++
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") || len(out) == maxRules {
				continue
			}
			r := importer.Result{File: f.Name, Line: number, License: license, Verdict: importer.Exact}
			(&signature{r: &r, head: head}).translate(line)
			out = append(out, r)
		}
	}
	return out
}

// signature is one under translation.
type signature struct {
	r        *importer.Result
	head     *regexp.Regexp // what stands before the options
	toClient bool
	conds    []string
	buffers  []*buffer // in the order in which they are first named
	current  *buffer   // the sticky one
	last     *piece    // what modifiers are about
	loose    []*piece  // contents before a modifier of the old form named their buffer
	refs     []string
	severity string
	window   *threshold
}

func (s *signature) translate(line string) {
	m := s.head.FindStringSubmatch(line)
	if len(line) > maxLine || m == nil {
		s.r.Refuse("it is no signature in one line")
		return
	}
	s.severity = "medium"
	if m[2] != "http" && m[2] != "http1" {
		s.options(m[8], true)
		s.r.Refuse("it is about %s: it is not of HTTP calls", m[2])
		return
	}
	if m[1] != "alert" && m[1] != "drop" && m[1] != "reject" {
		s.r.Refuse("its action is %s", m[1])
		return
	}
	if !s.options(m[8], false) {
		return
	}
	s.ends(m[3], m[4], m[6], m[7])
	when, err := s.when()
	if err != nil {
		s.r.Refuse("%v", err)
		return
	}
	s.r.Rule = &importer.Rule{ID: "suricata-" + importer.Slug(s.r.Title, 40) + "-" + importer.Slug(s.r.ID, 10), Title: importer.Title(s.r.Title), Severity: s.severity,
		Category: "recon/imported-suricata", Refs: s.refs, When: when}
	if s.window != nil {
		s.window.into(s)
	}
}

// options takes the options one by one; it reports whether all were understood.
func (s *signature) options(text string, onlyNames bool) bool {
	for _, o := range split(text) {
		name, value, _ := strings.Cut(o, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch name {
		case "msg":
			s.r.Title = unquote(value)
		case "sid":
			s.r.ID = value
		}
		if onlyNames {
			continue
		}
		if err := s.option(name, value); err != nil {
			s.r.Refuse("%v", err)
			onlyNames = true // its number is still to come
		}
	}
	return s.r.Verdict != importer.Refused
}

// split cuts options at semicolons that are neither quoted nor escaped.
func split(text string) (out []string) {
	quoted, from := false, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				out = append(out, strings.TrimSpace(text[from:i]))
				from = i + 1
			}
		}
	}
	if rest := strings.TrimSpace(text[from:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

func unquote(s string) string {
	s = strings.TrimSuffix(strings.TrimPrefix(s, `"`), `"`)
	return regexp.MustCompile(`\\([";:\\])`).ReplaceAllString(s, "$1")
}

// option takes one option.
func (s *signature) option(name, value string) error {
	switch name {
	case "msg", "sid", "rev", "gid", "fast_pattern", "target", "rawbytes", "noalert":
		if name == "noalert" {
			return fmt.Errorf("it only marks connections")
		}
		return nil
	case "classtype":
		s.classtype(value)
	case "priority":
		s.severity = map[string]string{"1": "high", "2": "medium", "3": "low", "4": "info"}[value]
		if s.severity == "" {
			s.severity = "medium"
		}
	case "reference":
		if id, ok := strings.CutPrefix(value, "cve,"); ok && regexp.MustCompile(`^(CVE-)?\d{4}-\d{4,}$`).MatchString(id) {
			s.refs = append(s.refs, "cve:"+strings.TrimPrefix(id, "CVE-"))
		}
	case "metadata":
		for _, m := range regexp.MustCompile(`mitre_technique_id (T\d{4}(?:\.\d{3})?)`).FindAllStringSubmatch(value, -1) {
			s.refs = append(s.refs, "attack:"+m[1])
		}
	case "flow":
		s.toClient = strings.Contains(value, "to_client") || strings.Contains(value, "from_server")
	case "flowbits":
		if !strings.HasPrefix(value, "set,") {
			return fmt.Errorf("flowbits:%s joins several signatures", value)
		}
	case "content", "pcre", "nocase", "depth", "offset", "distance", "within", "startswith", "endswith", "bsize", "isdataat", "urilen":
		return s.pattern(name, value)
	case "threshold", "detection_filter":
		return s.count(name, value)
	default:
		return s.buffer(name)
	}
	return nil
}

func (s *signature) classtype(v string) {
	switch v {
	case "web-application-attack", "attempted-admin", "successful-admin", "trojan-activity", "command-and-control", "exploit-kit", "domain-c2":
		s.severity = "high"
	case "attempted-recon", "web-application-activity", "misc-activity", "policy-violation", "not-suspicious":
		s.severity = "low"
	}
}

// ends takes addresses and ports, as far as they are written out.
func (s *signature) ends(src, srcPort, dst, dstPort string) {
	client, server, port := src, dst, dstPort
	if s.toClient {
		client, server, port = dst, src, srcPort
	}
	for expr, net := range map[string]string{"client.ip": client, "server.ip": server} {
		if net == "any" {
			continue
		}
		if p, err := netip.ParsePrefix(net); err == nil {
			s.conds = append(s.conds, "cidr("+expr+", "+importer.Quote(p.String())+")")
		} else if a, err := netip.ParseAddr(net); err == nil {
			s.conds = append(s.conds, expr+" == "+importer.Quote(a.String()))
		} else {
			s.r.Approx("networks named by a variable or a list are taken for any")
		}
	}
	if n, err := strconv.Atoi(port); err == nil {
		s.conds = append(s.conds, fmt.Sprintf("server.port == %d", n))
	} else if port != "any" && port != "$HTTP_PORTS" {
		s.r.Approx("ports named by a variable or a list are taken for any")
	}
}
