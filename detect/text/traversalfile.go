package text

import "strings"

// sensitiveFiles are files whose names in a client's value mean an attempt to
// read them.
var sensitiveFiles = newPhrases([]string{"etc/passwd", "etc/shadow", "etc/group", "etc/hosts", "etc/issue", "etc/sudoers", "etc/fstab", "etc/crontab", "etc/ssh/", "etc/mysql/", "etc/nginx/", "etc/apache2/",
	"etc/httpd/", "etc/php", "proc/self/", "proc/version", "proc/cmdline", "proc/net/", "proc/1/", "windows/win.ini", "windows\\win.ini", "winnt/win.ini", "winnt\\win.ini", "win.ini", "boot.ini", "windows/system32", "windows\\system32",
	"winnt/system32", "winnt\\system32", "drivers/etc/hosts", "drivers\\etc\\hosts", "web-inf/", "meta-inf/", "var/log/", "root/.", ".ssh/", "id_rsa", ".bash_history", ".htpasswd", ".htaccess", "wp-config", ".aws/credentials",
	"var/run/secrets", "inetpub", "php.ini", "my.cnf", "httpd.conf", "nginx.conf", "windows/repair/sam", "system.ini", "global.asa", "web.config", "var/www/", "dev/tcp/", "database.yml", "parameters.yml", "secrets.yml", "application.properties", "settings.py", "/.env", ".git/config", "id_ed25519"})

// sensitiveName reports a sensitive file in a path.
func sensitiveName(p string) (from, to int, hit bool) {
	if strings.Contains(p, "//") || strings.Contains(p, "/./") || strings.Contains(p, "%2") || strings.IndexByte(p, '\\') >= 0 {
		n := strings.NewReplacer("%2f", "/", "%2F", "/", "%5c", "/", "%5C", "/", "\\", "/", "/./", "/", "//", "/").Replace(p)
		if _, w := sensitiveFiles.find(n); w != "" {
			return 0, len(p), true
		}
	}
	at, w := sensitiveFiles.find(p)
	if at < 0 {
		return 0, 0, false
	}
	return at, at + len(w), true
}

// rootFiles are those that count as a whole absolute path, without a climb,
// wherever a client names them.
var rootFiles = []string{"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/issue", "/etc/sudoers", "/etc/fstab", "/etc/crontab", "/etc/mysql/my.cnf",
	"/proc/self/", "/proc/version", "/proc/cmdline", "/proc/1/", "/proc/net/", "c:/windows/", "c:\\windows\\", "c:/boot.ini", "c:\\boot.ini", "c:/winnt", "c:\\winnt", "/windows/win.ini", "\\windows\\win.ini",
	"/root/.ssh", "/root/.bash_history", "/web-inf/", "web-inf/web.xml", "/.ssh/id_", "/.aws/credentials", "/var/log/auth",
	"/meta-inf/context.xml", "/etc/gshadow", "/etc/master.passwd", "/etc/security/passwd", "/etc/security/shadow", "/proc/sched_debug", "/proc/mounts", "/inetpub/wwwroot", "c:/inetpub/wwwroot", "c:\\inetpub\\wwwroot", "/boot.ini"}

// placedFiles are places of a host's own files. Log shippers, orchestrators
// and editors name them in documents; where a page or a file is chosen they
// are an attempt to read.
var placedFiles = []string{"/proc/", "/root/", "/var/log/", "/var/mail/", "/var/spool/", "/var/lib/mlocate", "/var/lib/mysql", "/var/lib/php", "/var/lib/pgsql", "/var/adm/", "/var/run/secrets", "/run/secrets/", "/var/cpanel/", "/var/local/www/",
	"/usr/local/apache", "/usr/local/etc/", "/usr/local/lib/php", "/usr/local/nginx", "/usr/local/pgsql", "/usr/local/php", "/usr/local/www/", "/usr/local/zeus", "/usr/local/mysql", "/usr/local/cpanel", "/usr/lib/php", "/usr/lib/cron", "/usr/lib/security", "/usr/pkgsrc", "/usr/apache", "/usr/etc/", "/usr/ports/", "/usr/home/", "/usr/share/squirrelmail", "/usr/share/tomcat", "/usr/internet/",
	"/opt/lampp", "/opt/xampp", "/opt/apache", "/opt/httpd", "/opt/jboss", "/opt/tomcat", "/boot/grub", "/dev/mem", "/dev/tcp", "/apache/logs", "/apache2/logs", "/logs/access", "/logs/error", "/www/logs/", "/private/etc/", "/system/library/", "/library/webserver", "/.ssh/", "/.bash_", "/.htpasswd", "/home2/", "/php/php.ini", "/xampp/", "/mysql/data/", "/mysql/my.",
	"c:/inetpub", "c:\\inetpub", "c:/xampp", "c:\\xampp", "c:/apache", "c:\\apache", "c:/php", "c:\\php", "c:/mysql", "c:\\mysql", "c:/program files/apache", "c:\\program files\\apache", "c:/program files/mysql", "c:\\program files\\mysql", "c:/program files/php", "c:/program files/xampp", "c:/documents and settings/administrator", "c:\\documents and settings\\administrator", "c:/sysprep", "c:\\sysprep", "c:/unattend", "c:\\unattend", "c:/system32", "c:\\system32", "c:/users/administrator", "c:\\users\\administrator", "c:/home/", "c:/wamp", "c:\\wamp", "c:/pagefile", "c:/autoexec", "c:/config.sys", "c:/msdos.sys", "c:/recycler/",
	"/.netrc", "/.pgpass", "/.git-credentials", "/.my.cnf", "/.pypirc", "/.kube/config", "/.docker/config", "/.mysql_history", "/.psql_history", "/.zsh_history", "/.python_history", "/.viminfo", "/opt/bitnami/", "/.dockerenv", "/sys/kernel/", "/sys/firmware/"}

// HostFile reports the path of one of a host's own files, whoever names it. Ask
// it of places that choose a file or a page: documents are full of such.
//
// Returns: 0 and the path.
//
// Example: HostFile("/var/log/apache2/access.log") = 0, the whole, true; HostFile("/home/ann/a.png") is silent.
func HostFile(s string) (offset int, match string, ok bool) {
	if len(s) < 6 || len(s) > 512 {
		return none()
	}
	t := strings.TrimSpace(s)
	if prefixFold(t, "file:") {
		t = "/" + strings.TrimLeft(t[5:], "/")
	}
	if len(t) > 6 && t[0] == '~' {
		if end := strings.IndexByte(t, '/'); end > 0 && end < 33 {
			if t = t[end:]; prefixFold(t, "/.ssh/") && !prefixFold(t, "/.ssh/id_") && !prefixFold(t, "/.ssh/authorized_keys") {
				return none()
			}
		}
	}
	if len(t) < 6 || t[0] != '/' && t[1] != ':' || strings.ContainsAny(t, "\t\n<>{}\"") || t[0] == '/' && strings.IndexByte(t, ' ') >= 0 {
		return none()
	}
	if packed(t) || ownFile(t) {
		return none()
	}
	if prefixFold(t, "/root/") && len(t) > 6 && t[6] != '.' && (personalFile(t) || strings.Count(t, "/") > 2 && !strings.Contains(t, "/.")) || ownPlace(t) {
		return none()
	}
	if prefixFold(t, "/var/log/") {
		end := strings.IndexAny(t[9:], "/.-_0123456789\x00")
		if end < 0 {
			end = len(t) - 9
		}
		if lookFold(logNames, t[9:9+end]) == "" {
			return none()
		}
	}
	if prefixFold(t, "/etc/") {
		if hostConfig(t[len("/etc/"):]) {
			return found(s, 0, len(s))
		}
		return none()
	}
	if deviceFile(t) || windowsConfig(t) || siteSource(t) {
		return found(s, 0, len(s))
	}
	for _, f := range placedFiles {
		within := f[1] == '.' || strings.HasPrefix(f, "/php/") || strings.HasPrefix(f, "/apache") || strings.HasPrefix(f, "/mysql") || strings.HasPrefix(f, "/logs") || strings.HasPrefix(f, "/www")
		if prefixFold(t, f) && (len(t) > len(f) || f[1] == '.') || within && indexFold(t, f) > 0 {
			return found(s, 0, len(s))
		}
	}
	return none()
}

// ownPlace reports a file whose name its owner chose, in a folder that is made for
// such: who comes from outside knows none of them.
func ownPlace(t string) bool {
	if strings.Contains(t, "..") || strings.IndexByte(t, 0) >= 0 {
		return false
	}
	name := t[strings.LastIndexByte(t, '/')+1:]
	if name == "" || indexFold(name, "default") >= 0 || indexFold(name, "passwd") >= 0 || indexFold(name, "shadow") >= 0 {
		return false
	}
	if rest, ok := strings.CutPrefix(t, "/var/spool/"); ok {
		folder, _, _ := strings.Cut(rest, "/")
		return !foldIn(folder, "cron", "mail", "at", "lpd", "mqueue", "postfix", "exim", "exim4", "anacron", "cups", "uucp")
	}
	for _, folder := range [...]string{"/sites-available/", "/sites-enabled/", "/conf.d/", "/sources.list.d/", "/ssl/certs/", "/kubernetes/manifests/", "/etc/default/", "/modules.d/", "/conf-enabled/", "/conf-available/", "/mods-enabled/"} {
		if strings.Contains(t, folder) && !foldIn(name, "nginx.conf", "httpd.conf", "ssl.conf", "security.conf", "php.conf") {
			return true
		}
	}
	return prefixFold(t, "/proc/") && personalFile(t) || prefixFold(t, "/proc/") && strings.HasSuffix(t, ".txt") || t == "/etc/localtime"
}

// deviceFile reports a device that gives bytes without end, or what the reader has
// open; and what the kernel tells of one device.
func deviceFile(t string) bool {
	if rest, ok := strings.CutPrefix(t, "/dev/"); ok {
		return foldIn(rest, "random", "urandom", "zero", "full", "stdin", "stdout", "kmem", "port") || strings.HasPrefix(rest, "fd/")
	}
	return prefixFold(t, "/sys/class/") && strings.Count(t, "/") >= 5
}

// siteSource reports a source or the settings of a site by its place on the host, or
// a file in which programs have their secrets.
func siteSource(t string) bool {
	if t[0] != '/' {
		return false
	}
	name := t[strings.LastIndexByte(t, '/')+1:]
	switch {
	case foldIn(name, ".env", "wp-config.php", "secrets.yml", "credentials.yml.enc", "master.key", "database.yml", "docker.sock", "local_settings.py", "settings.php", "configuration.php"), prefixFold(t, "/tmp/sess_"):
		return true
	}
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || !foldIn(name[dot+1:], "php", "inc", "conf", "ini", "env", "bak", "sql", "log", "config") {
		return false
	}
	for _, folder := range [...]string{"/var/www/", "/srv/www/", "/usr/share/nginx/", "/home/www/", "/opt/www/"} {
		if prefixFold(t, folder) {
			return true
		}
	}
	return false
}

// windowsConfig reports the settings or the log of a program that Windows has for
// all of its users.
func windowsConfig(t string) bool {
	if len(t) < 16 || !isLetter(t[0]) || t[1] != ':' || !prefixFold(t[3:], "programdata") {
		return false
	}
	dot := strings.LastIndexByte(t, '.')
	if dot > 0 && foldIn(t[dot+1:], "log") {
		_, known := indexAnyFold(t, []string{"mysql", "ssh", "apache", "mcafee", "microsoft", "vmware", "chocolatey", "docker", "jenkins", "nginx", "symantec", "filezilla"})
		return known != "" // of a program that many have
	}
	return dot > 0 && foldIn(t[dot+1:], "ini", "cnf", "conf", "config", "inf", "dat", "pem", "key")
}

// packed reports what is installed or kept as a whole: nobody reads that by a page.
func packed(t string) bool {
	if strings.HasSuffix(t, "/.ssh/known_hosts") {
		return true
	}
	dot := strings.LastIndexByte(t, '.')
	if dot > 0 && !strings.Contains(t, "..") && foldIn(t[dot+1:], "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "ttf", "ttc", "otf", "woff", "woff2", "mp3", "mp4", "wav") {
		return true
	}
	return dot > 0 && foldIn(t[dot+1:], "pub", "war", "jar", "ear", "deb", "rpm", "so", "dll", "whl", "gem", "iso", "img", "vmdk", "qcow2", "ibd", "frm")
}

// logNames are logs that every host of a kind has; an application's own are nobody's find.
var logNames = wordSet(`auth syslog messages secure apache httpd nginx mysql mysqld mariadb mail maillog vsftpd ftp xferlog dmesg kern daemon cron wtmp btmp lastlog faillog boot dpkg yum exim proftpd pureftpd pure squid tomcat php postgresql postgres redis sshd ssh lighttpd user debug
 news cups samba audit access error sftp telnetd ufw fail apt anaconda installer journal cassandra mongodb www wu sa chttp sw cherokee httpsd ipfw login openvpn sendmail qmail news vmware xorg`)

// hostConfig reports what is below /etc on every host, by its first name; a service's
// own directory there is nobody's find.
func hostConfig(t string) bool {
	end := strings.IndexAny(t, "/.%~\x00 ")
	if end < 0 {
		end = len(t)
	}
	return lookFold(etcNames, t[:end]) != "" || end < len(t) && t[end] == '.' && !strings.HasPrefix(t[end:], ".d/") || end == len(t) && strings.Contains(t, "passwd")
}

var etcNames = wordSet(`passwd shadow group gshadow hosts hostname issue motd sudoers fstab mtab crontab cron resolv nginx apache apache2 httpd mysql php php5 php7 php8 ssh ssl security pam sysctl profile bashrc bash environment
 http php4 phpmyadmin apt defaultdomain defaultrouter mailman netconfig opt rpc system ftphosts init inittab init_d rc rc_d services protocols networks network netplan exports ftpusers ftpchroot vsftpd proftpd pure-ftpd postfix exim4 exim sendmail mail aliases samba snmp redis postgresql mongod mongodb my tomcat tomcat7 tomcat8 tomcat9 lighttpd squid
 openldap ldap krb5 logrotate syslog rsyslog syslog-ng timezone localtime os-release lsb-release redhat-release debian_version centos-release release ld hosts_allow inetd xinetd grub default modules modprobe kubernetes docker rancher cni pki letsencrypt chrootusers
 wgetrc wwwacct utmp utmpx wtmp login shells skel master_passwd spwd pwd vfstab filesystems printcap sysconfig sudo userhelper valiases vhcs2 wu-ftpd freshclam clamd mandrake-release suse-release slackware-release muttrc ntp chrony anacrontab at cups dhcp dhcpcd iptables firewall X11 machine-id vhosts domains mail_rc nsswitch host conf ca-certificates openvpn wireguard stunnel haproxy varnish consul vault salt puppet ansible zabbix nagios grafana prometheus elasticsearch kibana logstash rabbitmq cassandra couchdb influxdb`)

// HostFileNeeds returns bytes of which a value must hold one for HostFile to match.
func HostFileNeeds() string { return "/\\" }

// sensitivePath reports a value that is, as a whole, the path of such a file,
// whatever wraps it (a NUL, a query, a file: scheme).
func sensitivePath(s string) (from, to int, hit bool) {
	if len(s) > 512 {
		return 0, 0, false
	}
	t := strings.TrimSpace(s)
	if prefixFold(t, "file:") {
		t = "/" + strings.TrimLeft(t[5:], "/")
	}
	if i := strings.IndexByte(t, 0); i >= 0 {
		t = t[:i]
	}
	if strings.ContainsAny(t, " \t\n<>{}\"") {
		return 0, 0, false
	}
	t = plainPath(t)
	if ownFile(t) {
		return 0, 0, false
	}
	for _, f := range rootFiles {
		if prefixFold(t, f) && (strings.HasSuffix(f, "/") || strings.HasSuffix(f, "\\") || len(t) == len(f) || !isLetter(t[len(f)]) || strings.HasSuffix(f, "_")) || f[0] == '/' && indexFold(t, f) > 0 && strings.HasPrefix(f, "/web-inf") {
			return 0, len(s), true
		}
	}
	if len(t) > 3 && isLetter(t[0]) && t[1] == ':' && (t[2] == '\\' || t[2] == '/') {
		if _, _, h := sensitiveName(t); h {
			return 0, len(s), true
		}
	}
	return 0, 0, false
}

// plainPath is a path without what changes nothing about the file: repeated slashes
// and dots, a query, the ways by which Windows names a drive and its own folder.
func plainPath(t string) string {
	for _, head := range [...]string{"view-source:", "\\\\?\\", "\\\\.\\"} {
		if prefixFold(t, head) {
			t = t[len(head):]
		}
	}
	if t != "" && (t[0] == '/' || t[0] == '\\') && (strings.Contains(t, "//") || strings.Contains(t, "/./")) {
		t = repeatedSlashes.Replace(repeatedSlashes.Replace(t))
	}
	if end := strings.IndexAny(t, "?#"); end > 4 {
		t = t[:end]
	}
	switch {
	case len(t) > 4 && (t[0] == '/' || t[0] == '\\') && isLetter(t[1]) && t[2] == ':':
		return t[1:]
	case len(t) > 4 && isLetter(t[0]) && t[1] == ':' && isLetter(t[2]):
		return t[:2] + "\\" + t[2:]
	case len(t) > 4 && t[0] == '%':
		for _, v := range [...]string{"%systemroot%", "%windir%"} {
			if prefixFold(t, v) {
				return "c:\\windows" + t[len(v):]
			}
		}
		if prefixFold(t, "%systemdrive%") {
			return "c:" + t[len("%systemdrive%"):]
		}
	}
	return t
}

var repeatedSlashes = strings.NewReplacer("/././", "/", "/./", "/", "///", "/", "//", "/")

// windowsOwn reports a file below C:\Windows that tells nothing about the host.
func windowsOwn(t string) bool {
	if len(t) < 12 || !prefixFold(t[1:], ":\\windows\\") && !prefixFold(t[1:], ":/windows/") {
		return false
	}
	rest := t[11:]
	if strings.Contains(rest, "..") || strings.IndexByte(rest, '%') >= 0 || strings.IndexByte(rest, 0) >= 0 || strings.HasSuffix(rest, "\\") {
		return false
	}
	at, _ := windowsTold.find(rest)
	return at < 0
}

// windowsTold are files and folders below it that tell about the host, or that run
// what they are given.
var windowsTold = newPhrases([]string{"win.ini", "system.ini", "php.ini", "my.ini", "boot.ini", "\\config\\", "/config/", "repair", "\\debug\\", "debug/", "debug\\", "panther", "unattend", "drivers\\etc", "drivers/etc", "inetsrv", "windowsupdate.log", "setup", "iis", "eula", "license.rtf",
	"cmd.exe", "powershell", "\\sam", "/sam", "ntds", "netlogon", "sysprep", "winevt", "schedlgu", "prodspec.ini", "desktop.ini", "explorer.exe.config", "tracing"})

// ownFile reports a file of a project's tree, or a font or a picture: nobody breaks
// in for those.
func ownFile(t string) bool {
	if len(t) > 20 && prefixFold(t[1:], ":\\inetpub\\wwwroot\\") && !strings.Contains(t, "..") {
		if dot := strings.LastIndexByte(t, '.'); dot > 0 && foldIn(t[dot+1:], "html", "htm", "css", "js", "svg", "txt", "pdf") {
			return true // what the site shows to everybody
		}
	}
	if prefixFold(t, "src/") || prefixFold(t, "./src/") || prefixFold(t, "app/src/") {
		return true
	}
	if windowsOwn(t) {
		return true
	}
	if i := indexFold(t, "/web-inf/"); i > 0 && isLetter(t[0]) && !strings.Contains(t, "..") {
		return true // of a program that is built: webapp/WEB-INF/web.xml
	}
	dot := strings.LastIndexByte(t, '.')
	return dot > 0 && foldIn(t[dot+1:], "ttf", "otf", "woff", "woff2", "png", "jpg", "jpeg", "gif", "bmp", "ico", "wav", "mp3", "mp4", "avi", "mov")
}

// wrapper reports a value that opens a stream by PHP's and Java's wrappers.
func wrapper(s string) (to int, hit bool) {
	t := strings.TrimLeft(s, " \t\r\n")
	if prefixFold(t, "zip://") && strings.Contains(t, "!/") {
		return 0, false // Java's way into an archive; PHP's has a #
	}
	for _, w := range []string{"php://filter", "php://input", "php://stdin", "php://fd", "php://memory", "php://temp", "php://output", "phar://", "expect://", "zip://", "compress.zlib://", "compress.bzip2://", "glob://", "ogg://", "ssh2.", "rar://", "data://text/", "data:;base64,pd9", "zlib:"} {
		if prefixFold(t, w) {
			return len(s), true
		}
	}
	if prefixFold(t, "file:/") || prefixFold(t, "local_file:/") || prefixFold(t, "local-file:/") {
		_, _, h := sensitiveName(t)
		return len(s), h
	}
	if at, _ := innerWrappers.find(t); at > 0 && strings.IndexByte("=?&\"'(: ", t[at-1]) >= 0 && words(t[:at], 8) < 8 {
		return len(s), true // index.php?page=php://filter/…, as in a link that is followed
	}
	return len(s), uncShare(t) || dataStream(t)
}

// innerWrappers are wrappers that count within a value, too.
var innerWrappers = newPhrases([]string{"php://filter", "php://input", "phar://", "expect://", "data://text/plain;base64", "file:///etc/passwd", "file:///etc/shadow", "file:///c:/windows"})

// dataStream reports the name of a file's own stream, by which Windows opens it as if
// it had no type: index.php::$DATA.
func dataStream(t string) bool {
	const stream = "::$data"
	return len(t) > len(stream)+2 && len(t) < 512 && strings.IndexByte(t, ' ') < 0 && prefixFold(t[len(t)-len(stream):], stream) && strings.IndexByte(t, '.') > 0
}

// uncShare reports a path to the share by which Windows is administered.
func uncShare(t string) bool {
	if !strings.HasPrefix(t, "\\\\") && !strings.HasPrefix(t, "//") || len(t) > 300 {
		return false
	}
	i := strings.IndexAny(t[2:], "\\/")
	return i > 0 && len(t) > i+5 && isLetter(t[i+3]) && t[i+4] == '$' && (t[i+5] == '\\' || t[i+5] == '/')
}

// nulInName reports a NUL behind or within the name of a file.
func nulInName(s string) int {
	i := strings.IndexByte(s, 0)
	if i <= 0 || len(s) > 512 || i != strings.LastIndexByte(s, 0) {
		return -1
	}
	head, tail := s[:i], s[i+1:]
	dot := strings.LastIndexByte(head, '.')
	if dot < 0 || len(head)-dot > 6 || len(head)-dot < 3 {
		return -1
	}
	for _, c := range []byte(head[dot+1:]) {
		if !isWord(c) {
			return -1
		}
	}
	if tail == "" || tail[0] == '.' && len(tail) <= 6 {
		return i
	}
	return -1
}
