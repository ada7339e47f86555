package text

import (
	"net/netip"
	"strconv"
	"strings"
)

const ssrfNeeds = ":/."

// SSRFNeeds returns bytes of which a value must hold one for SSRF to match.
func SSRFNeeds() string { return ssrfNeeds }

// SSRF reports a value that is a URL no client has a plain reason to send:
// to a cloud's metadata, to loopback or a private address in disguise
// (decimal, hex, octal, mapped, a name that resolves there), by a scheme that
// fetches raw (gopher, dict, file…), or to a catcher of call-backs.
//
// A plain http://localhost:3000/ or http://10.0.0.5/ is silent here, since
// settings and docs are full of them; SSRFPlace judges it with its field.
//
// Returns: 0 and the URL.
//
// Example: SSRF("http://169.254.169.254/latest/meta-data/") = 0, the whole, true; SSRF("https://example.com/a") is silent.
func SSRF(s string) (offset int, match string, ok bool) {
	if plainNumber(s) || !strings.ContainsAny(s, ssrfNeeds) {
		return none()
	}
	if userTrick(s) || prefixFold(s, "jar:http") || prefixFold(s, "jar:file") && !ownJar(s) {
		return found(s, 0, len(s))
	}
	if at := innerFetch(s); at >= 0 {
		return found(s, at, len(s))
	}
	u, is := targetURL(s)
	if !is {
		return none()
	}
	switch u.scheme {
	case "file", "smb", "sftp":
		if personalFile(u.rest) || u.scheme == "file" && editedFile(u.rest) || u.scheme == "smb" && homeHost(u.host) && asset(u.rest) || u.scheme == "sftp" && u.auth == u.host && internal(u.host) == 0 && strings.Count(u.rest, "/") > 2 {
			return none()
		}
		return found(s, 0, len(s))
	case "gopher", "dict", "tftp", "netdoc", "ldap", "ldaps", "ldapi", "jar", "imap", "rmi", "local_file", "local-file", "url", "mailto+smtp":
		return found(s, 0, len(s))
	}
	if metadataHost(u.host) || callbackHost(u.host) || disguised(u.host) || innerService(u, u.auth) || prefixFold(s, "http://unix:") {
		return found(s, 0, len(s))
	}
	if u.user != "" && strings.Contains(u.user, ".") && (internal(u.host) != 0) {
		return found(s, 0, len(s)) // http://good.example@127.0.0.1/
	}
	return none()
}

// homeHost reports a name that only a house or an office knows.
func homeHost(host string) bool {
	if len(host) > 2 && len(host) < 16 && strings.Trim(host, letters+"-0123456789") == "" && isLetter(host[0]) {
		return !foldIn(host, "localhost", "metadata", "attacker", "evil", "burpcollaborator")
	}
	dot := strings.LastIndexByte(host, '.')
	return dot > 0 && foldIn(host[dot+1:], "local", "lan", "home", "internal", "corp")
}

// ownJar reports where a Java program finds its classes: jar:file:/opt/a.jar!/BOOT-INF/.
func ownJar(s string) bool {
	_, inner, ok := strings.Cut(s, ".jar!/")
	_, _, sensitive := sensitiveName(s)
	return ok && (!sensitive || prefixFold(inner, "web-inf/") || prefixFold(inner, "meta-inf/"))
}

// editedFile reports a file in somebody's home or workspace, as editors name it:
// file:///home/ann/shop/main.go.
func editedFile(path string) bool {
	p := strings.TrimLeft(path, "/")
	if len(p) > 3 && p[1] == ':' {
		p = p[3:]
	} else if len(p) > 5 && prefixFold(p[1:], "%3a/") {
		p = p[5:]
	} else if len(p) > 7 && prefixFold(p[1:], "%253a/") { // a reading that is half made
		p = p[7:]
	}
	if _, _, sensitive := sensitiveName(p); sensitive || strings.Contains(p, "..") {
		return false
	}
	if _, secret := indexAnyFold(p, []string{"/.gnupg", "/.kube", "/.docker", "/.netrc", "/.pgpass", "/.git-cred", "/.env", "/.my.cnf", "history", "/.password"}); secret != "" {
		return false
	}
	for _, home := range [...]string{"home/", "users/", "workspace/", "workspaces/", "projects/", "repo/", "repos/", "github/", "volumes/", "dev/src/", "program files/", "program%20files/", "program files (x86)/", "applications/"} {
		if prefixFold(p, home) {
			return true
		}
	}
	if strings.Contains(p, "/workspace/") {
		return true // a build's
	}
	if rest, ok := strings.CutPrefix(p, "etc/"); ok {
		folder, _, own := strings.Cut(rest, "/")
		return own && !hostConfig(rest) && folder != ""
	}
	if prefixFold(p, "programdata/") {
		return !windowsConfig("c:/" + p)
	}
	return keptFile(p) || foldIn(p[strings.LastIndexByte(p, '.')+1:], "ttc", "ttf", "otf")
}

// keptFile reports a document, data or a source below a folder that is none of the
// host's own: file:///data/exports/2025.parquet.
func keptFile(p string) bool {
	folder, rest, ok := strings.Cut(p, "/")
	if !ok || rest == "" || strings.ContainsAny(p, "%?#\\") {
		return false
	}
	switch {
	case foldIn(folder, "tmp", "mnt", "srv"):
	case foldIn(folder, "usr"):
		if !prefixFold(rest, "share/") {
			return false
		}
	case foldIn(folder, "opt"):
		if strings.Count(rest, "/") == 0 {
			return false
		}
	case lookFold(hostFolders, folder) != "":
		return false
	}
	name := p[strings.LastIndexByte(p, '/')+1:]
	return asset(name) && !foldIn(name[strings.LastIndexByte(name, '.')+1:], "xml", "sh", "json", "yaml", "yml", "toml", "txt", "sql", "py", "rb", "exe", "bin", "bat", "ps1") || foldIn(name[strings.LastIndexByte(name, '.')+1:], "mod", "gradle", "mdx", "rst", "avi", "ttf", "otf")
}

// personalFile reports a path to a document or a picture, as people keep them.
func personalFile(path string) bool {
	dot := strings.LastIndexByte(path, '.')
	return dot > 0 && foldIn(path[dot+1:], "pdf", "doc", "docx", "odt", "xls", "xlsx", "ods", "ppt", "pptx", "jpg", "jpeg", "png", "gif", "heic", "webp", "mp3", "mp4", "mov", "epub", "zip", "csv") && strings.Count(path, "..") == 0
}

// innerFetch finds, in a link, a parameter that leads inside by itself:
// fetch.php?url=gopher://127.0.0.1:25/.
func innerFetch(s string) int {
	if len(s) > 2048 || !strings.Contains(s, "://") || strings.IndexByte(s, '=') < 0 || strings.IndexByte(s, ' ') >= 0 {
		return -1
	}
	for at, n := 0, 0; n < 16; n++ {
		i := strings.IndexByte(s[at:], '=')
		if i < 0 {
			break
		}
		at += i + 1
		value, _, _ := strings.Cut(s[at:], "&")
		if u, is := targetURL(value); is && u.scheme != "" {
			switch u.scheme {
			case "gopher", "dict", "tftp", "netdoc", "ldap", "jar", "sftp":
				return at
			}
			if metadataHost(u.host) || disguised(u.host) || u.scheme == "file" && strings.Contains(u.rest, "/etc/") {
				return at
			}
		}
	}
	return -1
}

// plainNumber reports digits and dots too few for an address that matters: the
// shortest spelling of one, in decimal, has ten.
func plainNumber(s string) bool {
	if len(s) >= 10 {
		return false
	}
	for i := range len(s) {
		if !isDigit(s[i]) && s[i] != '.' {
			return false
		}
	}
	return true
}

// userTrick reports a URL whose reader may take one of several hosts, with an
// inner one behind an @: http://a.example:80 &@127.0.0.1:22/#@b.example/.
func userTrick(s string) bool {
	if !prefixFold(s, "http") || len(s) > 512 || strings.IndexByte(s, '@') < 0 || !strings.ContainsAny(s, " #&\\") {
		return false
	}
	for rest := s; ; {
		_, after, ok := strings.Cut(rest, "@")
		if !ok {
			return false
		}
		end := strings.IndexAny(after, "/:#? @")
		if end < 0 {
			end = len(after)
		}
		if a, is := oddAddr(after[:end]); is && (internalAddr(a) || metadataHost(after[:end])) {
			return true
		}
		rest = after
	}
}

// SSRFPlace reports a plain URL to loopback, a private address or an internal
// name in a leaf whose name says that the server will fetch it (url, src,
// webhook…), not in one that says where a browser goes (redirect_uri, origin).
//
// Returns: 0 and the URL.
//
// Example: SSRFPlace("query.url", "http://127.0.0.1:22/") is true; SSRFPlace("query.redirect_uri", "http://localhost:8080/cb") is silent.
func SSRFPlace(place, value string) (offset int, match string, ok bool) {
	if !SSRFValue(value) || !fetchField(place) {
		return none()
	}
	return found(value, 0, len(value))
}

// SSRFPlaces reports whether SSRFPlace can find anything in that place.
func SSRFPlaces(place string) bool { return fetchField(place) }

// SSRFValue reports whether SSRFPlace can find anything in that value.
func SSRFValue(value string) bool {
	if len(value) < 6 {
		return false
	}
	u, is := targetURL(value)
	switch u.scheme {
	case "afp", "nfs", "ssh", "svn", "svn+ssh", "git", "git+ssh", "rsync", "vnc", "rdp":
		return false // no reader of URLs fetches by these
	}
	return is && internal(u.host) != 0 && !devServer(value) && !innerPicture(u) && !((u.scheme == "smb" || u.scheme == "file") && (personalFile(u.rest) || editedFile(u.rest)))
}

// innerPicture reports a picture or a document of an office's own server: who sends
// the server inside asks for what it answers, not for a file that people look at.
func innerPicture(u target) bool {
	return (u.scheme == "http" || u.scheme == "https") && u.user == "" && !strings.ContainsAny(u.rest, "?#%\\;") && !strings.Contains(u.rest, "..") && (personalFile(u.rest) || strings.HasSuffix(u.rest, ".svg")) && len(u.rest) > 6
}

// devServer reports the page of a developer's own server, as settings and
// call-backs name it.
func devServer(value string) bool {
	_, rest, ok := strings.Cut(value, "://localhost:")
	port, path, _ := strings.Cut(rest, "/")
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	switch port {
	case "3000", "3001", "4200", "5000", "5173", "8000", "8080", "8888", "9000":
		return ok && prefixFold(value, "http") && (path == "" || foldIn(path, "callback", "cb", "auth/callback", "oauth/callback", "login", "index.html", "app", "home", "logout"))
	}
	return false
}

// innerService reports an address of the server itself at the door of a service
// that is not for the public, or a page by which such are managed.
func innerService(u target, auth string) bool {
	if internal(u.host) != 1 {
		return false
	}
	i := strings.LastIndexByte(auth, ':')
	if i >= 0 {
		switch auth[i+1:] {
		case "21", "22", "23", "25", "111", "135", "139", "389", "445", "1433", "1521", "2049", "2375", "2376", "2379", "2380", "3306", "3389", "4001", "5432", "5601", "5672", "5984", "6379", "6443", "7001", "8500", "9001", "9042", "9200", "10250", "10255", "11211", "15672", "27017", "50070":
			return true
		}
	}
	_, w := indexAnyFold(u.rest, []string{"/v2/keys", "/api/v1/secrets", "/containers/json", "/images/json", "/server-status", "/actuator", "/_cat/", "/_cluster", "/latest/", "/metadata", "/admin", "/manager/html", "/jmx-console", "/etc/passwd", "/v1/agent", "/v1/kv", "/solr/", "/jenkins", "/phpmyadmin", "/api/users", "/internal", "/debug/", "/_search"})
	return w != ""
}

// SSRFName reports whether SSRFPlace can find anything in a place of which name is
// the last. A number is an item of a list, whose name stands before; so may be
// what has no name.
func SSRFName(name string) bool {
	for {
		i := strings.LastIndexAny(name, ".[")
		key := strings.TrimRight(name[i+1:], "]")
		switch {
		case !isDigits(key):
			return key == "" || fetchWord(key)
		case i < 0:
			return true
		}
		name = name[:i]
	}
}

// fetchField reports a place whose last name says that a server fetches it.
func fetchField(place string) bool {
	if prefixFold(place, "header.") {
		return false
	}
	i := strings.LastIndexAny(place, ".[")
	key := strings.TrimRight(place[i+1:], "]")
	if isDigits(key) && i > 0 {
		return fetchField(place[:i])
	}
	return fetchWord(key)
}

// fetchWord reports the name of a field that a server fetches.
func fetchWord(key string) bool {
	var low [16]byte
	if len(key) > len(low) {
		return false
	}
	for i := range len(key) {
		low[i] = lowerByte(key[i])
	}
	switch string(low[:len(key)]) {
	case "url", "uri", "link", "src", "source", "img", "image", "image_url", "imageurl", "avatar", "avatar_url", "webhook", "webhook_url", "dest", "destination", "target", "feed", "proxy", "fetch", "load", "file", "path", "page", "site", "html", "reference", "host", "domain", "to", "out", "view", "dir", "show", "navigation", "open", "validate", "window", "import", "import_url", "remote", "endpoint", "download", "resource", "document", "pdf", "stockapi", "api", "service", "server", "address", "ssrf", "upload_url", "fileurl", "file_url", "picture", "photo", "logo", "icon", "thumbnail", "request", "preview", "addr", "location", "callback_url", "xml", "wsdl", "schema", "u", "mechanic_api":
		return true
	}
	return false
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// A target is a URL cut into what matters to where it leads.
type target struct{ scheme, user, auth, host, rest string }

// targetURL reads a value that is a URL as a whole.
func targetURL(s string) (target, bool) {
	t := strings.TrimSpace(s)
	if len(t) < 6 || len(t) > 4096 || strings.ContainsAny(t[:min(len(t), 64)], " \t\n<>\"") {
		return target{}, false
	}
	for _, p := range []string{"url:", "jar:", "view-source:", "feed:"} {
		if prefixFold(t, p) {
			t = t[len(p):]
		}
	}
	u := target{}
	if i := strings.IndexByte(t, ':'); i > 0 && i <= 12 && !strings.ContainsAny(t[:i], "/.?#[") {
		u.scheme, t = strings.ToLower(t[:i]), t[i+1:]
		switch {
		case u.scheme == "http" || u.scheme == "https" || u.scheme == "ftp" || u.scheme == "ws" || u.scheme == "wss":
			t = strings.TrimLeft(t, "/\\")
		case strings.HasPrefix(t, "//"):
			t = t[2:]
		default:
			return target{}, false // a word and a colon: a time, a URN, a key
		}
	} else if strings.HasPrefix(t, "//") || strings.HasPrefix(t, "\\\\") {
		t = t[2:]
	} else {
		return bareHost(t)
	}
	end := strings.IndexAny(t, "/?#\\")
	if end < 0 {
		end = len(t)
	}
	auth := t[:end]
	u.rest = t[end:]
	if i := strings.LastIndexByte(auth, '@'); i >= 0 {
		u.user, auth = auth[:i], auth[i+1:]
	}
	u.auth, u.host = auth, hostOnly(auth)
	return u, u.host != "" || u.scheme == "file" || u.scheme == "netdoc"
}

// bareHost reads a metadata host written without a scheme; nothing else that
// has no scheme is a URL.
func bareHost(t string) (target, bool) {
	end := strings.IndexAny(t, "/?#:")
	if end < 0 {
		end = len(t)
	}
	h := t[:end]
	return target{host: h, rest: t[end:]}, metadataHost(h)
}

func hostOnly(auth string) string {
	if strings.HasPrefix(auth, "[") {
		if i := strings.IndexByte(auth, ']'); i > 0 {
			return auth[1:i]
		}
	}
	if i := strings.LastIndexByte(auth, ':'); i >= 0 && isDigits(auth[i+1:]) {
		auth = auth[:i]
	}
	return strings.TrimSuffix(auth, ".")
}

// metadataHost reports the address of a cloud's metadata service.
func metadataHost(h string) bool {
	if foldIn(h, "metadata.google.internal", "metadata", "metadata.goog", "instance-data", "instance-data.ec2.internal", "fd00:ec2::254", "169.254.170.2", "100.100.100.200", "169.254.169.253", "rancher-metadata", "192.0.0.192") {
		return !foldIn(h, "metadata") || len(h) == 8
	}
	a, ok := oddAddr(h)
	return ok && a == netip.AddrFrom4([4]byte{169, 254, 169, 254})
}

// callbackHost reports services that only report who called them, and names
// that resolve to the address they spell.
func callbackHost(h string) bool {
	for _, d := range []string{"burpcollaborator.net", "oastify.com", "interact.sh", "oast.pro", "oast.live", "oast.site", "oast.online", "oast.fun", "oast.me", "dnslog.cn", "ceye.io", "requestbin.net", "nip.io", "xip.io", "sslip.io", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "localdomain.pw", "bxss.me", "xss.ht", "canarytokens.com", "webhook.site", "ngrok.io", "pipedream.net", "requestcatcher.com", "spoofed.burpcollaborator.net", "1u.ms", "rbndr.us", "yoogle.net"} {
		if len(h) >= len(d) && foldIn(h[len(h)-len(d):], d) && (len(h) == len(d) || h[len(h)-len(d)-1] == '.') {
			return d != "webhook.site" && d != "ngrok.io" && d != "pipedream.net"
		}
	}
	return false
}

// disguised reports an internal address not written the usual way.
func disguised(h string) bool {
	if strings.ContainsRune(h, '。') || strings.ContainsRune(h, '①') || strings.ContainsRune(h, 'ⓛ') {
		return true
	}
	a, ok := oddAddr(h)
	if !ok || !internalAddr(a.Unmap()) {
		return false
	}
	plain, err := netip.ParseAddr(h)
	if err != nil {
		return true
	}
	return plain.Is4In6() || plain.Is6() && plain.IsUnspecified() || plain.Is6() && strings.Count(h, "0") > 4
}

// internal says how a host is internal: 1 loopback, 2 private or a name of an
// inner network, 0 not.
func internal(h string) int {
	if foldIn(h, "localhost", "localhost.localdomain", "ip6-localhost", "0", "127.1") || strings.HasSuffix(strings.ToLower(h), ".localhost") {
		return 1
	}
	for _, d := range []string{".internal", ".local", ".intranet", ".corp", ".lan", ".cluster.local", ".svc", ".consul", ".home.arpa"} {
		if len(h) > len(d) && foldIn(h[len(h)-len(d):], d) {
			return 2
		}
	}
	a, ok := oddAddr(h)
	if !ok {
		return 0
	}
	a = a.Unmap()
	switch {
	case a.IsLoopback() || a.IsUnspecified():
		return 1
	case internalAddr(a):
		return 2
	}
	return 0
}

func internalAddr(a netip.Addr) bool {
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified() || a.Is4() && a.As4()[0] == 0
}

// oddAddr reads an IP address in any spelling inet_aton takes: decimal, hex,
// octal, one to four parts; and IPv6.
func oddAddr(h string) (netip.Addr, bool) {
	if strings.IndexByte(h, ':') >= 0 {
		if i := strings.IndexByte(h, '%'); i > 0 {
			h = h[:i]
		}
		a, err := netip.ParseAddr(h)
		if err == nil && a.Is6() {
			// ::a.b.c.d, the old way to write an IPv4 address
			if b := a.As16(); [12]byte(b[:12]) == [12]byte{} && b[12] != 0 {
				return netip.AddrFrom4([4]byte(b[12:])), true
			}
		}
		return a, err == nil
	}
	if h == "" || len(h) > 64 || !(isDigit(h[0])) {
		return netip.Addr{}, false
	}
	var part [4]uint64
	n := 0
	for p := range strings.SplitSeq(h, ".") {
		if n == 4 {
			return netip.Addr{}, false
		}
		base := 10
		switch {
		case len(p) > 1 && (p[1]|0x20) == 'x':
			base, p = 16, p[2:]
		case len(p) > 1 && p[0] == '0':
			base = 8
		}
		v, err := strconv.ParseUint(p, base, 64)
		if err != nil {
			return netip.Addr{}, false
		}
		if strings.IndexByte(h, '.') < 0 {
			v &= 1<<32 - 1 // too large a number wraps in the readers that take it at all
		}
		part[n] = v
		n++
	}
	last := part[n-1]
	var v uint64
	for i := 0; i < n-1; i++ {
		if part[i] > 255 {
			return netip.Addr{}, false
		}
		v |= part[i] << (24 - 8*i)
	}
	if last >= 1<<(8*(5-n)) {
		return netip.Addr{}, false
	}
	v |= last
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), true
}
