package doctor

import (
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Clock says whether somebody keeps the machine's clock right: records of
// several sensors are joined by it.
func Clock() Finding {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	switch {
	case err != nil:
		return Finding{"clock", Note, "cannot be asked for: " + err.Error(), ""}
	case state == unix.TIME_ERROR || t.Status&unix.STA_UNSYNC != 0:
		return Finding{"clock", Warn, "nothing keeps this machine's clock right", "sudo timedatectl set-ntp true"}
	}
	return ok("clock", "kept right by NTP")
}

// Disk says whether the file system of a path, or of what will hold it, has room
// for need bytes.
func Disk(what, path string, need uint64) Finding {
	var st unix.Statfs_t
	err := unix.Statfs(path, &st)
	for dir := path; errors.Is(err, unix.ENOENT) && dir != filepath.Dir(dir); {
		dir = filepath.Dir(dir)
		err = unix.Statfs(dir, &st)
	}
	if err != nil {
		return Finding{what, Bad, fmt.Sprintf("%s cannot be used: %v", path, err), "choose another place for it in the configuration"}
	}
	free := st.Bavail * uint64(st.Bsize)
	if free < need {
		return Finding{what, Warn, fmt.Sprintf("%s has %d MiB free, and %d MiB may be needed", path, free>>20, need>>20), "make room, or lower spool.max and store.retention"}
	}
	return ok(what, "%s has %d MiB free", path, free>>20)
}
