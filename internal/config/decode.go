package config

import (
	"fmt"
	"net/netip"
	"time"
)

// Decode says how packets are read, before anything is known of HTTP.
type Decode struct {
	Policy     string   `yaml:"policy" jsonschema:"enum=linux,enum=bsd,enum=windows,enum=solaris,enum=first,enum=last" jsonschema_description:"which of two TCP segments with other bytes in one place counts, as hosts of that kind decide: linux, bsd, windows, solaris, first or last"`
	Fragments  string   `yaml:"fragments" jsonschema:"enum=linux-4.19,enum=linux,enum=bsd,enum=bsd-right,enum=windows,enum=solaris,enum=first,enum=last" jsonschema_description:"the same for IPv4 fragments: linux-4.19, linux (before that), bsd, bsd-right, windows, solaris, first or last; as policy says if empty, with linux for linux-4.19"`
	Targets    []Target `yaml:"targets" jsonschema_description:"hosts that decide otherwise, the first entry that holds the receiver counts: [{hosts: 10.1.0.0/16, policy: windows}]"`
	Checksums  string   `yaml:"checksums" jsonschema:"enum=auto,enum=verify,enum=ignore" jsonschema_description:"auto drops what is wrong of hosts that send right ones; verify drops all that is wrong; ignore reads everything"`
	CopyWait   Duration `yaml:"copy_wait" jsonschema_description:"how much later than the first a packet may come that the mirror sent twice; 1ms at most for those without an IP identification"`
	Duplicates string   `yaml:"duplicates" jsonschema:"enum=drop,enum=keep" jsonschema_description:"packets that the mirror sent twice within milliseconds: drop or keep"`

	JoinVLANs   bool  `yaml:"join_vlans" jsonschema_description:"leave VLAN ids out of a connection's identity, for mirrors that tag its two directions differently; equal addresses in two VLANs are then one host"`
	JoinTunnels bool  `yaml:"join_tunnels" jsonschema_description:"the same for the ids of tunnels"`
	VXLANPorts  []int `yaml:"vxlan_ports" jsonschema_description:"UDP ports of VXLAN beside 4789, such as [8472]"`
	Teredo      bool  `yaml:"teredo" jsonschema_description:"look into IPv6 in UDP port 3544, which is ordinary UDP otherwise"`

	Flows    int      `yaml:"flows" jsonschema_description:"connections open at a time; 0 is 200,000, in proportion to limits.memory below 1GiB"`
	Buffer   ByteSize `yaml:"buffer" jsonschema_description:"memory for bytes that wait behind a hole; 0 is 256MiB, in proportion likewise"`
	Window   ByteSize `yaml:"window" jsonschema_description:"how far ahead of a hole one direction is held"`
	HoleWait Duration `yaml:"hole_wait" jsonschema_description:"how long bytes wait behind a hole that nobody acknowledges"`
	SynIdle  Duration `yaml:"syn_idle" jsonschema_description:"when a connection that never got beyond its SYN is over, by packet time"`
	Idle     Duration `yaml:"idle" jsonschema_description:"when a connection without packets is over"`
	HalfIdle Duration `yaml:"half_idle" jsonschema_description:"when a connection of which one side has ended is over"`
	Linger   Duration `yaml:"linger" jsonschema_description:"how long late packets of a connection that is over are known for such"`
	SynFlood int      `yaml:"syn_flood" jsonschema_description:"handshakes with one address and port within 10s that lead nowhere, before that is an anomaly"`

	FragmentMemory ByteSize `yaml:"fragment_memory" jsonschema_description:"memory for IP fragments; 0 is 16MiB, in proportion likewise"`
	FragmentWait   Duration `yaml:"fragment_wait" jsonschema_description:"how long a datagram's fragments wait for the others"`
	FragmentCount  int      `yaml:"fragment_count" jsonschema_description:"fragments of a datagram that bring bytes; one more, and it is dropped, with an anomaly"`
	FragmentShare  int      `yaml:"fragment_share" jsonschema_description:"percent of the memory for fragments that one sender may take; past it its oldest datagram goes"`
}

// Target is the hosts of a prefix and how they decide.
type Target struct {
	Hosts     string `yaml:"hosts" example:"10.1.0.0/16" jsonschema_description:"network of the receiving hosts"`
	Policy    string `yaml:"policy" example:"windows" jsonschema:"enum=linux,enum=bsd,enum=windows,enum=solaris,enum=first,enum=last" jsonschema_description:"as decode.policy"`
	Fragments string `yaml:"fragments" example:"windows" jsonschema:"enum=linux-4.19,enum=linux,enum=bsd,enum=bsd-right,enum=windows,enum=solaris,enum=first,enum=last" jsonschema_description:"as decode.fragments; as the entry's policy says if empty"`
}

// FragmentPolicy is the word for fragments, given those of a host for both.
func FragmentPolicy(policy, fragments string) string {
	switch {
	case fragments != "":
		return fragments
	case policy == "linux":
		return "linux-4.19"
	}
	return policy
}

// policies and fragmentPolicies are the words of decode/stream and
// decode/defrag; a test holds them together.
var (
	policies         = []string{"linux", "bsd", "windows", "solaris", "first", "last"}
	fragmentPolicies = []string{"linux-4.19", "linux", "bsd", "bsd-right", "windows", "solaris", "first", "last"}
)

func (v *validator) decode(d *Decode) {
	v.oneOf("decode.policy", d.Policy, policies...)
	if d.Fragments != "" {
		v.oneOf("decode.fragments", d.Fragments, fragmentPolicies...)
	}
	for i, t := range d.Targets {
		path := fmt.Sprintf("decode.targets[%d]", i)
		_, err := netip.ParsePrefix(t.Hosts)
		v.need(path+".hosts", err == nil, fmt.Sprintf("%q is no network", t.Hosts), "write it like 10.1.0.0/16; one host is 10.1.2.3/32")
		v.oneOf(path+".policy", t.Policy, policies...)
		if t.Fragments != "" {
			v.oneOf(path+".fragments", t.Fragments, fragmentPolicies...)
		}
	}
	v.oneOf("decode.checksums", d.Checksums, "auto", "verify", "ignore")
	v.oneOf("decode.duplicates", d.Duplicates, "drop", "keep")
	for i, p := range d.VXLANPorts {
		v.need(fmt.Sprintf("decode.vxlan_ports[%d]", i), p > 0 && p < 65536, fmt.Sprintf("%d is no port", p), "")
	}
	v.number("decode.flows", d.Flows, 0, 100_000_000)
	v.between("decode.buffer", d.Buffer, 0, 1<<40)
	v.between("decode.window", d.Window, 64<<10, 1<<30)
	for _, w := range []struct {
		path string
		is   Duration
	}{{"decode.hole_wait", d.HoleWait}, {"decode.syn_idle", d.SynIdle}, {"decode.idle", d.Idle}, {"decode.half_idle", d.HalfIdle}, {"decode.linger", d.Linger}, {"decode.fragment_wait", d.FragmentWait}} {
		v.need(w.path, w.is >= Duration(time.Millisecond) && w.is <= Duration(7*day), "is out of range", "use 1ms to 7d")
	}
	v.need("decode.copy_wait", d.CopyWait >= Duration(100*time.Microsecond) && d.CopyWait <= Duration(100*time.Millisecond), "is out of range", "use 100us to 100ms; duplicates: keep drops none")
	v.number("decode.fragment_count", d.FragmentCount, 2, 8192)
	v.number("decode.fragment_share", d.FragmentShare, 1, 100)
	v.number("decode.syn_flood", d.SynFlood, 1, 1_000_000_000)
	v.between("decode.fragment_memory", d.FragmentMemory, 0, 1<<40)
}

func (v *validator) messages(h *HTTP) {
	v.between("http.max_body", h.MaxBody, 1, 16<<20)
	v.between("http.max_head", h.MaxHead, 1<<10, 1<<20)
	v.number("http.max_fields", h.MaxFields, 1, 10_000)
	v.number("http.max_pending", h.MaxPending, 1, 100_000)
	v.between("http.max_decoded", h.MaxDecoded, 1<<10, 256<<20)
	v.number("http.max_ratio", h.MaxRatio, 1, 100_000)
	v.number("http.max_leaves", h.MaxLeaves, 10, 100_000)
	v.number("http.max_depth", h.MaxDepth, 1, 512)
}

func (v *validator) number(path string, got, low, high int) {
	v.need(path, got >= low && got <= high, fmt.Sprintf("%d is out of range", got), fmt.Sprintf("use %d to %d", low, high))
}
