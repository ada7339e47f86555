//go:build integration

package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// openSite starts a small API with the usual parts and one fault: whoever is
// logged in reads everybody's orders.
func openSite(t *testing.T) (port int) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { page(w, 1) })
	mux.HandleFunc("GET /page/{n}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscan(r.PathValue("n"), &n); err != nil || n > sitePages {
			http.NotFound(w, r)
			return
		}
		page(w, n)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		var who struct{ Username, Password string }
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewDecoder(r.Body).Decode(&who); err != nil || who.Password != "right-"+who.Username {
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":"wrong name or password"}`)
			return
		}
		fmt.Fprintf(w, `{"token":"token-of-%s-0123456789"}`, who.Username)
	})
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer token-of-") {
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":"log in"}`)
			return
		}
		fmt.Fprintf(w, `{"id":%q,"total":80}`, r.PathValue("id"))
	})
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"found":%d}`, len(r.URL.Query().Get("q")))
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return // it was not sent to its end
		}
		io.WriteString(w, "thank you")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	if _, err := fmt.Sscanf(s.URL, "http://127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	return port
}

// sitePages is how many pages the site has, each with a link to the next three.
const sitePages = 60

func page(w http.ResponseWriter, n int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	for _, next := range []int{n + 1, n + 2, n + 3} {
		if next <= sitePages {
			fmt.Fprintf(w, `<p><a href="/page/%d">page %d</a></p>`, next, next)
		}
	}
}
