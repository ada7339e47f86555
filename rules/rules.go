// Package rules holds the rule packs that come with Spaniel, as YAML with
// their tests inside, embedded. It has no logic: detect loads them, and
// docs/adding-a-detection.md says how one is written.
package rules

import "embed"

// FS is the tree of shipped rules, one a file, a folder for each pack.
//
//go:embed */*.yaml
var FS embed.FS
