package main

import (
	"net/netip"
	"time"

	"spaniel/decode"
	"spaniel/decode/defrag"
	"spaniel/decode/frame"
	"spaniel/decode/stream"
	"spaniel/internal/config"
)

// decodeConfig is the decoder's part of the configuration. Below 1 GiB its
// tables shrink in proportion.
func decodeConfig(cfg *config.Config) decode.Config {
	d := decode.DefaultConfig()
	d.HTTP.BodyCap, d.HTTP.HeadCap = int(cfg.HTTP.MaxBody), int(cfg.HTTP.MaxHead)
	d.HTTP.MaxFields, d.HTTP.MaxPending = cfg.HTTP.MaxFields, cfg.HTTP.MaxPending
	d.Body.MaxOutput, d.Body.MaxRatio = int(cfg.HTTP.MaxDecoded), cfg.HTTP.MaxRatio
	d.Body.MaxLeaves, d.Body.MaxDepth = cfg.HTTP.MaxLeaves, cfg.HTTP.MaxDepth
	frameConfig(&d.Frame, &cfg.Decode)
	streamConfig(&d.Stream, &cfg.Decode)
	share := memoryShare(cfg)
	d.Stream.Flows = partOf(cfg.Decode.Flows, d.Stream.Flows, share)
	d.Stream.Buffer = partOf(int(cfg.Decode.Buffer), d.Stream.Buffer, share)
	h := &d.HTTP
	h.MaxHeads, h.MaxBodies = atLeast(minHeads, h.MaxHeads, share), atLeast(minBodies, h.MaxBodies, share)
	h.MaxTexts = atLeast(minTexts, h.MaxTexts, share)
	h.MaxCalls, h.MaxOwed = atLeast(h.MaxPending+1, h.MaxCalls, share), atLeast(minOwed, h.MaxOwed, share)
	d.Memory = max(minMemory, int(float64(d.Memory)*tableMemory(cfg)))
	d.MaxHandshake = atLeast(minHeads, d.MaxHandshake, share)
	if d.Frame.Defrag.MaxBytes == 0 {
		d.Frame.Defrag.MaxBytes = int(fullFragments * share)
	}
	return d
}

// What a partition has room for in any case: both heads of a connection, both
// bodies of two calls and their heads, of the default lengths; and one pipeline as
// long as may be.
const (
	minHeads  = 2 * 64 << 10
	minBodies = 4 * 64 << 10
	minTexts  = 4 * 64 << 10
	minOwed   = 64
	minMemory = 1 << 20
)

// atLeast is the share of a partition's cap, but no less than least.
func atLeast(least, standard int, share float64) int {
	return max(least, int(float64(standard)*share))
}

// fullFragments is the decoder's default for fragments.
const fullFragments = 16 << 20

// partOf is what one partition gets of a cap: its share of what the user set,
// or, if that is 0, of the default.
func partOf(set, standard int, share float64) int {
	if set > 0 {
		return max(1, set/decode.Partitions)
	}
	return int(float64(standard) * share)
}

func frameConfig(f *frame.Config, d *config.Decode) {
	f.Checksums = map[string]frame.Checksums{"auto": frame.Auto, "verify": frame.Verify, "ignore": frame.Ignore}[d.Checksums]
	f.KeepDuplicates = d.Duplicates == "keep"
	f.JoinVLANs, f.JoinTunnels, f.Teredo = d.JoinVLANs, d.JoinTunnels, d.Teredo
	for _, p := range d.VXLANPorts {
		f.VXLANPorts = append(f.VXLANPorts, uint16(p))
	}
	f.Defrag.Policy, _ = defrag.ParsePolicy(config.FragmentPolicy(d.Policy, d.Fragments)) // config.Validate has refused what is none, here and below
	for _, t := range d.Targets {
		hosts, err := netip.ParsePrefix(t.Hosts)
		policy, perr := defrag.ParsePolicy(config.FragmentPolicy(t.Policy, t.Fragments))
		if err == nil && perr == nil {
			f.Defrag.Targets = append(f.Defrag.Targets, defrag.Target{Hosts: hosts, Policy: policy})
		}
	}
	f.CopyWithin = time.Duration(d.CopyWait)
	f.Defrag.MaxBytes, f.Defrag.Timeout = int(d.FragmentMemory), time.Duration(d.FragmentWait)
	f.Defrag.MaxFragments, f.Defrag.SourceShare = d.FragmentCount, d.FragmentShare
}

func streamConfig(s *stream.Config, d *config.Decode) {
	s.Policy, _ = stream.ParsePolicy(d.Policy)
	for _, t := range d.Targets {
		hosts, err := netip.ParsePrefix(t.Hosts)
		policy, perr := stream.ParsePolicy(t.Policy)
		if err == nil && perr == nil {
			s.Targets = append(s.Targets, stream.Target{Hosts: hosts, Policy: policy})
		}
	}
	s.Window, s.HoleWait, s.SynFlood = int(d.Window), time.Duration(d.HoleWait), d.SynFlood
	s.Linger = time.Duration(d.Linger)
	s.SynIdle, s.OpenIdle, s.HalfIdle = time.Duration(d.SynIdle), time.Duration(d.Idle), time.Duration(d.HalfIdle)
}
