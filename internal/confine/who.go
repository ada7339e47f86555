package confine

import (
	"fmt"
	"os/user"
	"strconv"
)

// Find looks a user up, by name or number.
func Find(name string) (Who, error) {
	u, err := user.Lookup(name)
	if _, nerr := strconv.Atoi(name); err != nil && nerr == nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return Who{}, fmt.Errorf("there is no user %q", name)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return Who{}, fmt.Errorf("the id of user %s: %w", name, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return Who{}, fmt.Errorf("the group of user %s: %w", name, err)
	}
	return Who{u.Username, uid, gid, u.HomeDir}, nil
}
