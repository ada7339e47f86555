package tuntest

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// setAddr6 is ioctl(SIOCSIFADDR) of an IPv6 socket.
func setAddr6(socket int, req []byte) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(socket), unix.SIOCSIFADDR, uintptr(unsafe.Pointer(&req[0])))
	if errno != 0 {
		return errno
	}
	return nil
}
