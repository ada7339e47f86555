package decode

import (
	"strings"
	"testing"

	"spaniel/decode/frame"
)

// set changes the configuration as a case's section "settings" says, a line a
// setting.
func set(t *testing.T, cfg *Config, settings string) {
	t.Helper()
	for line := range strings.Lines(settings) {
		words := strings.Fields(line)
		switch strings.Join(words, " ") {
		case "":
		case "join vlans":
			cfg.Frame.JoinVLANs = true
		case "keep duplicates":
			cfg.Frame.KeepDuplicates = true
		case "join tunnels":
			cfg.Frame.JoinTunnels = true
		case "teredo":
			cfg.Frame.Teredo = true
		case "vxlan 8472":
			cfg.Frame.VXLANPorts = []uint16{8472}
		case "checksums ignore":
			cfg.Frame.Checksums = frame.Ignore
		case "checksums verify":
			cfg.Frame.Checksums = frame.Verify
		default:
			t.Fatalf("settings: unknown line %q", line)
		}
	}
}
