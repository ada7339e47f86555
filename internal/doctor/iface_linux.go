package doctor

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Interface looks at an interface: is it there, up, and has a link; what of its
// features spoils a capture.
func Interface(name string) []Finding {
	if name == "any" {
		return []Finding{{"interface", Note, "any is all interfaces at once, without promiscuous mode", "name the one that sees the mirror: -i IFACE"}}
	}
	i, err := net.InterfaceByName(name)
	if err != nil {
		return []Finding{{"interface", Bad, "there is no interface " + name, "ip link lists them"}}
	}
	if i.Flags&net.FlagUp == 0 {
		return []Finding{{"interface", Bad, name + " is down", "sudo ip link set " + name + " up"}}
	}
	out := []Finding{link(i), ok("mtu", "%d bytes", i.MTU)}
	if i.MTU < 1500 {
		out[1] = Finding{"mtu", Warn, fmt.Sprintf("%d bytes: longer packets are not received", i.MTU), "sudo ip link set " + name + " mtu 9000"}
	}
	return append(out, offloads(name), addresses(i))
}

func link(i *net.Interface) Finding {
	if i.Flags&net.FlagRunning == 0 {
		return Finding{"interface", Bad, i.Name + " has no link", "plug in the mirror's cable, or switch its port on; sudo ethtool " + i.Name}
	}
	speed := ""
	if b, err := os.ReadFile("/sys/class/net/" + i.Name + "/speed"); err == nil {
		if n, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && n > 0 {
			speed = fmt.Sprintf(", %d Mbit/s", n)
		}
	}
	return ok("interface", "%s is up and has a link%s", i.Name, speed)
}

// addresses: a port that only listens needs none, and one that has some answers
// to what the mirror sends.
func addresses(i *net.Interface) Finding {
	list, err := i.Addrs()
	switch {
	case err != nil:
		return Finding{"addresses", Note, "cannot be asked for: " + err.Error(), ""}
	case i.Flags&net.FlagLoopback != 0:
		return Finding{"addresses", Note, i.Name + " is this machine's own: no mirror comes here", ""}
	}
	for _, a := range list {
		if n, is := a.(*net.IPNet); is && !n.IP.IsLinkLocalUnicast() {
			return Finding{"addresses", Note, fmt.Sprintf("%s has the address %s: this machine's own traffic is captured, too", i.Name, n), "a mirror port needs none: sudo ip addr flush dev " + i.Name}
		}
	}
	return ok("addresses", "none, as a mirror port should")
}

// spoiling are the features that hand the sensor other packets than were on the
// wire, by the requests of linux/ethtool.h that ask for them.
func spoiling() []feature {
	return []feature{
		{"gro", 0x2b, 0},       // ETHTOOL_GGRO: joins what arrives
		{"lro", 0x25, 1 << 15}, // ETHTOOL_GFLAGS, ETH_FLAG_LRO: the same in the card
	}
}

type feature struct {
	name string
	get  uint32
	bit  uint32 // 0: the answer is yes or no
}

// offloads asks for features that join packets.
func offloads(name string) Finding {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return Finding{"offloads", Note, "cannot be asked for: " + err.Error(), ""}
	}
	defer unix.Close(fd)
	var on []string
	for _, f := range spoiling() {
		v, err := ethtool(fd, name, f.get)
		if errors.Is(err, unix.EOPNOTSUPP) {
			continue
		}
		if err != nil {
			return Finding{"offloads", Note, "cannot be asked for: " + err.Error(), ""}
		}
		if f.bit == 0 && v != 0 || v&f.bit != 0 {
			on = append(on, f.name)
		}
	}
	if len(on) > 0 {
		return Finding{"offloads", Warn, strings.Join(on, " and ") + " joins packets before they are captured: sizes, counts and lost packets are not what was on the wire",
			"sudo ethtool -K " + name + " " + strings.Join(on, " off ") + " off"}
	}
	return ok("offloads", "none that joins packets")
}

// ethtool asks for one number about an interface.
func ethtool(fd int, name string, cmd uint32) (uint32, error) {
	value := struct{ cmd, data uint32 }{cmd: cmd}
	var req struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	if len(name) >= len(req.name) {
		return 0, unix.ENODEV
	}
	copy(req.name[:], name)
	req.data = unsafe.Pointer(&value)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&req))); errno != 0 {
		return 0, errno
	}
	return value.data, nil
}
