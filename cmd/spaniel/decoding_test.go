package main

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"spaniel/decode"
	"spaniel/decode/defrag"
	"spaniel/decode/frame"
	"spaniel/decode/stream"
	"spaniel/internal/config"
)

// settings are keys with a value that is not their default, where each must
// arrive, and as what.
var settings = []struct {
	set  string
	at   func(*decode.Config) any
	want any
}{
	{"decode.policy=windows", func(d *decode.Config) any { return d.Stream.Policy }, stream.Windows},
	{"decode.targets=[{hosts: 10.1.0.0/16, policy: bsd}, {hosts: 2001:db8::/32, policy: last}]", func(d *decode.Config) any { return d.Stream.Targets },
		[]stream.Target{{Hosts: netip.MustParsePrefix("10.1.0.0/16"), Policy: stream.BSD}, {Hosts: netip.MustParsePrefix("2001:db8::/32"), Policy: stream.Last}}},
	{"decode.fragments=bsd-right", func(d *decode.Config) any { return d.Frame.Defrag.Policy }, defrag.BSDRight},
	{"decode.policy=windows", func(d *decode.Config) any { return d.Frame.Defrag.Policy }, defrag.Windows},
	{"decode.targets=[{hosts: 10.1.0.0/16, policy: linux}, {hosts: 10.2.0.0/16, policy: bsd}, {hosts: 10.3.0.0/16, policy: bsd, fragments: linux}]",
		func(d *decode.Config) any { return d.Frame.Defrag.Targets }, []defrag.Target{{Hosts: netip.MustParsePrefix("10.1.0.0/16"), Policy: defrag.Modern},
			{Hosts: netip.MustParsePrefix("10.2.0.0/16"), Policy: defrag.BSD}, {Hosts: netip.MustParsePrefix("10.3.0.0/16"), Policy: defrag.Linux}}},
	{"decode.checksums=verify", func(d *decode.Config) any { return d.Frame.Checksums }, frame.Verify},
	{"decode.checksums=ignore", func(d *decode.Config) any { return d.Frame.Checksums }, frame.Ignore},
	{"decode.duplicates=keep", func(d *decode.Config) any { return d.Frame.KeepDuplicates }, true},
	{"decode.join_vlans=true", func(d *decode.Config) any { return d.Frame.JoinVLANs }, true},
	{"decode.join_tunnels=true", func(d *decode.Config) any { return d.Frame.JoinTunnels }, true},
	{"decode.vxlan_ports=[8472, 65535]", func(d *decode.Config) any { return d.Frame.VXLANPorts }, []uint16{8472, 65535}},
	{"decode.teredo=true", func(d *decode.Config) any { return d.Frame.Teredo }, true},
	{"decode.flows=6400", func(d *decode.Config) any { return d.Stream.Flows }, 100},
	{"decode.buffer=64MiB", func(d *decode.Config) any { return d.Stream.Buffer }, 1 << 20},
	{"decode.window=2MiB", func(d *decode.Config) any { return d.Stream.Window }, 2 << 20},
	{"decode.hole_wait=7s", func(d *decode.Config) any { return d.Stream.HoleWait }, 7 * time.Second},
	{"decode.syn_idle=8s", func(d *decode.Config) any { return d.Stream.SynIdle }, 8 * time.Second},
	{"decode.idle=9s", func(d *decode.Config) any { return d.Stream.OpenIdle }, 9 * time.Second},
	{"decode.half_idle=10s", func(d *decode.Config) any { return d.Stream.HalfIdle }, 10 * time.Second},
	{"decode.syn_flood=11", func(d *decode.Config) any { return d.Stream.SynFlood }, 11},
	{"decode.fragment_memory=12MiB", func(d *decode.Config) any { return d.Frame.Defrag.MaxBytes }, 12 << 20},
	{"decode.fragment_wait=13s", func(d *decode.Config) any { return d.Frame.Defrag.Timeout }, 13 * time.Second},
	{"decode.linger=3m", func(d *decode.Config) any { return d.Stream.Linger }, 3 * time.Minute},
	{"decode.copy_wait=2ms", func(d *decode.Config) any { return d.Frame.CopyWithin }, 2 * time.Millisecond},
	{"decode.fragment_count=99", func(d *decode.Config) any { return d.Frame.Defrag.MaxFragments }, 99},
	{"decode.fragment_share=10", func(d *decode.Config) any { return d.Frame.Defrag.SourceShare }, 10},
	{"http.max_body=14KiB", func(d *decode.Config) any { return d.HTTP.BodyCap }, 14 << 10},
	{"http.max_head=15KiB", func(d *decode.Config) any { return d.HTTP.HeadCap }, 15 << 10},
	{"http.max_fields=16", func(d *decode.Config) any { return d.HTTP.MaxFields }, 16},
	{"http.max_pending=17", func(d *decode.Config) any { return d.HTTP.MaxPending }, 17},
	{"http.max_decoded=18KiB", func(d *decode.Config) any { return d.Body.MaxOutput }, 18 << 10},
	{"http.max_ratio=19", func(d *decode.Config) any { return d.Body.MaxRatio }, 19},
	{"http.max_leaves=20", func(d *decode.Config) any { return d.Body.MaxLeaves }, 20},
	{"http.max_depth=21", func(d *decode.Config) any { return d.Body.MaxDepth }, 21},
	{"limits.memory=256MiB", func(d *decode.Config) any {
		h := &d.HTTP
		return [7]int{h.MaxHeads, h.MaxBodies, h.MaxTexts, h.MaxCalls, h.MaxOwed, d.MaxHandshake, d.Memory}
	}, [7]int{133455, 533820, 533820, 513, 2085, 133455, minMemory}},
	{"limits.memory=64MiB", func(d *decode.Config) any {
		h := &d.HTTP
		return [7]int{h.MaxHeads, h.MaxBodies, h.MaxTexts, h.MaxCalls, h.MaxOwed, d.MaxHandshake, d.Memory}
	}, [7]int{minHeads, minBodies, minTexts, 513, 256, minHeads, minMemory}},
	{"limits.memory=256MiB", func(d *decode.Config) any { return [3]int{d.Stream.Flows, d.Stream.Buffer, d.Frame.Defrag.MaxBytes} }, [3]int{397, 533820, 2135282}},
}

// moved are the keys that concern more than one setting of the decoder.
var moved = map[string]int{"decode.policy": 2, "decode.targets": 2, "limits.memory": 10}

func configOf(t *testing.T, set ...string) *config.Config {
	t.Helper()
	cfg, _, err := config.Load(config.Options{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestSettingsArrive: each key reaches the decoder, for read and for run, and
// moves nothing else.
func TestSettingsArrive(t *testing.T) {
	plain := decodeConfig(configOf(t))
	for _, s := range settings {
		cfg := configOf(t, s.set)
		got := decodeConfig(cfg)
		if v := s.at(&got); !reflect.DeepEqual(v, s.want) || reflect.DeepEqual(s.at(&plain), s.want) {
			t.Errorf("%s: arrives as %v, want %v; without it %v", s.set, v, s.want, s.at(&plain))
		}
		live := (&service{cfg: cfg}).sensorConfig(nil, nil).Decode
		if v := s.at(&live); !reflect.DeepEqual(v, s.want) {
			t.Errorf("%s: arrives in run as %v, want %v", s.set, v, s.want)
		}
		if n := differences(reflect.ValueOf(got), reflect.ValueOf(plain)); n != 1 && n != moved[s.set[:strings.Index(s.set, "=")]] {
			t.Errorf("%s: changes %d settings of the decoder", s.set, n)
		}
	}
	// None was forgotten.
	for section, typ := range map[string]reflect.Type{"decode": reflect.TypeFor[config.Decode](), "http": reflect.TypeFor[config.HTTP]()} {
		for i := range typ.NumField() {
			name := section + "." + typ.Field(i).Tag.Get("yaml")
			found := false
			for _, s := range settings {
				found = found || strings.HasPrefix(s.set, name+"=")
			}
			if !found {
				t.Errorf("%s is not tested", name)
			}
		}
	}
}

// differences counts the fields that differ; functions are not compared.
func differences(a, b reflect.Value) (n int) {
	if a.Kind() != reflect.Struct {
		if a.Kind() == reflect.Func || reflect.DeepEqual(a.Interface(), b.Interface()) {
			return 0
		}
		return 1
	}
	for i := range a.NumField() {
		n += differences(a.Field(i), b.Field(i))
	}
	return n
}

// TestDefaultsAreTheDecoders: the empty file changes nothing.
func TestDefaultsAreTheDecoders(t *testing.T) {
	got, want := decodeConfig(configOf(t)), decode.DefaultConfig()
	// What zero stands for.
	want.Frame.Defrag.MaxBytes, want.Frame.Defrag.Timeout, want.Frame.Defrag.MaxFragments, want.Frame.Defrag.SourceShare = 16<<20, 30*time.Second, 64, 25
	want.Frame.CopyWithin = 5 * time.Millisecond
	if differences(reflect.ValueOf(got), reflect.ValueOf(want)) != 0 {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	for p := stream.Linux; !strings.HasPrefix(p.String(), "policy "); p++ {
		if cfg := configOf(t, "decode.policy="+p.String()); cfg.Decode.Policy != p.String() {
			t.Errorf("policy %s", p)
		}
	}
	for p := defrag.Modern; !strings.HasPrefix(p.String(), "policy "); p++ {
		if d := decodeConfig(configOf(t, "decode.fragments="+p.String())); d.Frame.Defrag.Policy != p {
			t.Errorf("fragments %s arrive as %s", p, d.Frame.Defrag.Policy)
		}
	}
	if a, b := (&service{cfg: configOf(t)}).sensorConfig(nil, nil).Decode.Seed, (&service{cfg: configOf(t)}).sensorConfig(nil, nil).Decode.Seed; a == b {
		t.Error(fmt.Sprint("two live sensors deal out flows by the seed ", a))
	}
}
