package config

import "testing"

func TestWhatAnAddressShows(t *testing.T) {
	for _, c := range []struct{ text, asURL, asHook string }{
		{"https://h:1", "https://h:1", "https://h:1"},
		{"https://h:1/x/T0p?k=T0p", "https://h:1/x/T0p?k=T0p", "https://h:1/********"},
		{"https://h?token=T0p", "https://h?token=********", "https://h/********"},
		{"https://h/", "https://h/", "https://h/********"},
		{"clickhouse://u:T0p@h:9440/d?secure=true", "clickhouse://u:********@h:9440/d?secure=true", "clickhouse://h:9440/********"},
		{"clickhouse://h/d?password=T0p&secure=true", "clickhouse://h/d?password=********&secure=true", "clickhouse://h/********"},
		{"duckdb:///var/lib/calls.duckdb", "duckdb:///var/lib/calls.duckdb", "duckdb:///********"},
		{"", "", ""},
	} {
		if got := URL(c.text).String(); got != c.asURL {
			t.Errorf("%q is shown as %q, want %q", c.text, got, c.asURL)
		}
		if got := Hook(c.text).String(); got != c.asHook {
			t.Errorf("%q is shown as the hook %q, want %q", c.text, got, c.asHook)
		}
	}
}
