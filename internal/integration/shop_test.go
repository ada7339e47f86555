//go:build integration

package integration

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A shop is an API on loopback and its one customer, on one connection.
type shop struct {
	t      *testing.T
	server *httptest.Server
}

func openShop(t *testing.T) *shop {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%q,"state":"sent"}`, r.PathValue("id"))
	})
	mux.HandleFunc("GET /items", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, "You have an error in your SQL syntax; check the manual")
	})
	s := &shop{t: t, server: httptest.NewServer(mux)}
	t.Cleanup(s.server.Close)
	return s
}

// port is where the shop listens.
func (s *shop) port() int {
	var port int
	if _, err := fmt.Sscanf(s.server.URL, "http://127.0.0.1:%d", &port); err != nil {
		s.t.Fatal(err)
	}
	return port
}

// order asks for n orders, whose numbers begin with the letter.
func (s *shop) order(letter string, n int) {
	s.t.Helper()
	for i := range n {
		s.get(fmt.Sprintf("/orders/%s%d", letter, i))
	}
}

// attack sends one SQL injection; the mark tells it from others.
func (s *shop) attack(mark string) {
	s.t.Helper()
	s.get("/items?mark=" + mark + "&id=1%27%20UNION%20SELECT%20password%20FROM%20users--%20")
}

func (s *shop) get(target string) {
	s.t.Helper()
	res, err := s.server.Client().Get(s.server.URL + target)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		s.t.Fatal(err)
	}
}
