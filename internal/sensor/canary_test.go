package sensor

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
	"spaniel/sinks/encode"
)

// TestNoSecretInEvidence: an attack that stands inside a secret raises its
// alert, and nothing that leaves the sensor shows the secret.
func TestNoSecretInEvidence(t *testing.T) {
	const attack = "x' UNION SELECT 1,2 FROM t-- CANARY"
	const encoded = "x%27%20UNION%20SELECT%201,2%20FROM%20t--%20CANARY"
	json := fmt.Sprintf(`{"user":"bob","password":%q}`, attack)
	post := func(target, ctype, body string) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a.example\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", target, ctype, len(body), body)
	}
	requests := []string{
		post("/login", "application/json", json),
		post("/login", "application/json", fmt.Sprintf(`{"inner":%q}`, json)),
		post("/login", "application/x-www-form-urlencoded", "user=bob&password="+encoded),
		post("/login", "text/plain", json),
		post("/login", "application/json", fmt.Sprintf(`[{"name":"user","value":"bob"},{"name":"password","value":%q}]`, attack)),
		post("/login", "text/xml", fmt.Sprintf(`<f><p name="password">%s</p></f>`, attack)),
		post("/graphql", "application/json", fmt.Sprintf(`{"query":%q}`, fmt.Sprintf(`mutation{login(user:"bob",password:%q){id}}`, attack))),
		post("/login", "application/yaml", fmt.Sprintf("user: bob\npassword: %q\n", attack)),
		post("/login", "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=password\r\n\r\n"+attack+"\r\n--B--"),
		post("/login", "application/x-www-form-urlencoded", "data=%7B%22password%22:%22"+encoded+"%22%7D"),
		"GET /a?password=" + encoded + " HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"GET /a?next=http%3A//h/%3Fpassword%3D" + encoded + " HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"GET /s;jsessionid=" + encoded + " HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"GET /a HTTP/1.1\r\nHost: a.example\r\nReferer: http://h/?access_token=" + encoded + "\r\n\r\n",
		"GET /a HTTP/1.1\r\nHost: a.example\r\nX-Data: " + json + "\r\n\r\n",
	}
	set := shippedRules(t)
	for _, req := range requests {
		b := wiretest.New(1, 1_700_000_000e9)
		c := b.Conn(netip.MustParseAddrPort("203.0.113.7:4000"), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		c.Client([]byte(req))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
		var out []byte
		alerts := 0
		rows := encode.NewRows()
		s, err := New(testConfig(set), func(it *event.Item) event.CallFate {
			out = rows.AppendItem(out, it)
			if it.Kind == event.KindAlert {
				alerts++
			}
			return event.CallAcked
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context(), NewFrames(b.Frames())); err != nil {
			t.Fatal(err)
		}
		if alerts == 0 {
			t.Errorf("no alert for %.60q", req)
		}
		if i := bytes.Index(out, []byte("CANARY")); i >= 0 {
			t.Errorf("the secret of %.60q shows: …%s", req, out[max(0, i-120):i+6])
		}
	}
}
