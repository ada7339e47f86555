package apispec

import (
	"strings"
	"testing"

	"spaniel/internal/costtest"
)

// TestReadingIsLinear: a document costs what it is long, whatever it is made of.
func TestReadingIsLinear(t *testing.T) {
	for name, of := range map[string]func(n int) string{
		"operations": func(n int) string { return "openapi: 3.1.0\npaths:\n" + strings.Repeat("  /a/{b}: {get: {}}\n", n/20) },
		"JSON": func(n int) string {
			return `{"openapi":"3.1.0","paths":{` + strings.Repeat(`"/a/{b}":{"get":{}},`+"\n", n/21) + `"/":{"get":{}}}}`
		},
		"brackets":    func(n int) string { return "openapi: 3.1.0\npaths: " + strings.Repeat("[", n) },
		"JSON's":      func(n int) string { return `{"x":` + strings.Repeat("[", n) },
		"in one line": func(n int) string { return `{"x":"` + strings.Repeat("é", n/2) + `","paths":[[[` },
		"aliases": func(n int) string {
			return "openapi: 3.1.0\nx: &x {get: {}}\npaths:\n" + strings.Repeat("  /a: *x\n", n/9)
		},
		"merges of itself": func(n int) string {
			return "openapi: 3.1.0\npaths: &p\n" + strings.Repeat("  /a: {<<: *p, get: {}}\n", n/25)
		},
		"lists of itself": func(n int) string { return "openapi: 3.1.0\npaths: &p [" + strings.Repeat("*p, ", n/4) + "]\n" },
		"servers": func(n int) string {
			return "openapi: 3.1.0\nservers: [" + strings.Repeat("{url: /a}, ", n/11) + "]\npaths: {}\n"
		},
	} {
		t.Run(name, func(t *testing.T) {
			costtest.Linear(t, name, 1<<14, 0, func(n int) func() {
				text := of(n)
				return func() { Read(text) }
			})
		})
	}
}

// TestPuttingIsLinear: so does the tree of its paths, and a call costs what its
// path is long.
func TestPuttingIsLinear(t *testing.T) {
	for name, path := range map[string]string{"shapes": "/a{b}c", "segments": "/a/{b}/c/{d}"} {
		costtest.Linear(t, name, 4000, 0, func(n int) func() {
			d := &Document{servers: []place{{}}}
			for i := range n {
				d.Operations = append(d.Operations, Operation{Method: "GET", Path: path + strings.Repeat("x", i%500)})
			}
			return func() { d.At([]string{"*"}, "") }
		})
	}
	d := &Document{servers: []place{{}}, Operations: []Operation{{Method: "GET", Path: "/{a}-{b}-{c}/" + strings.Repeat("{d}/", 200)}}}
	api, fault := d.At([]string{"*"}, "")
	if fault != nil {
		t.Fatal(fault)
	}
	costtest.Linear(t, "a call", 1<<16, 0, func(n int) func() {
		path := "/" + strings.Repeat("-", n/2) + strings.Repeat("/x", n/4)
		return func() { api.Find("shop.example", "GET", path) }
	})
}
