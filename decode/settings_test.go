package decode

import (
	"net/netip"
	"strings"
	"testing"

	"spaniel/decode/defrag"
	"spaniel/decode/frame"
	"spaniel/decode/stream"
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
			if len(words) == 3 && words[0] == "fragments" { // prefix, policy
				p, err := defrag.ParsePolicy(words[2])
				if err != nil {
					t.Fatal(err)
				}
				cfg.Frame.Defrag.Targets = append(cfg.Frame.Defrag.Targets, defrag.Target{Hosts: netip.MustParsePrefix(words[1]), Policy: p})
				continue
			}
			if len(words) == 3 && words[0] == "segments" {
				p, err := stream.ParsePolicy(words[2])
				if err != nil {
					t.Fatal(err)
				}
				cfg.Stream.Targets = append(cfg.Stream.Targets, stream.Target{Hosts: netip.MustParsePrefix(words[1]), Policy: p})
				continue
			}
			t.Fatalf("settings: unknown line %q", line)
		}
	}
}
