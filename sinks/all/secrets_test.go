package all

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"spaniel/sinks/elastic"
	"spaniel/sinks/hec"
	"spaniel/sinks/sinktest"
	"spaniel/sinks/webhook"
)

// A secret that was changed counts without a restart, and until then the
// destination's refusal is one that time may mend.
func TestChangedSecretsCount(t *testing.T) {
	const answer = `{"text":"Success","code":0,"errors":false,"items":[{"index":{"status":201}}]}`
	for name, make := range map[string]func(url, file string) *Config{
		"elastic": func(url, file string) *Config { return &Config{Elastic: &elastic.Config{URL: url, APIKeyFile: file}} },
		"hec":     func(url, file string) *Config { return &Config{HEC: &hec.Config{URL: url, TokenFile: file}} },
		"webhook": func(url, file string) *Config { return &Config{Webhook: &webhook.Config{URL: url, SecretFile: file}} },
	} {
		t.Run(name, func(t *testing.T) {
			var first string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				shown := r.Header.Get("Authorization") + r.Header.Get("X-Spaniel-Signature")
				if first == "" {
					first = shown
					http.Error(w, "who are you?", http.StatusUnauthorized)
					return
				}
				if shown == first || name != "webhook" && !strings.HasSuffix(shown, " new") {
					t.Errorf("shown %q, and then %q", first, shown)
				}
				fmt.Fprint(w, answer)
			}))
			defer server.Close()
			file := filepath.Join(t.TempDir(), "secret")
			write := func(secret string) {
				if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("old")
			c := make(server.URL, file)
			c.Name = name
			s, err := c.Sink(nil)
			if err != nil {
				t.Fatal(err)
			}
			w, err := s.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			b, _ := sinktest.Alerts(1, 1)
			if err := w.Write(context.Background(), b); err == nil || !strings.Contains(err.Error(), "the secret is not accepted") {
				t.Errorf("refused: %v", err)
			}
			write("new")
			if err := w.Write(context.Background(), b); err != nil {
				t.Error(err)
			}
		})
	}
}
