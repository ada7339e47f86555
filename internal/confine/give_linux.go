package confine

import (
	"io/fs"
	"os"
	"path/filepath"
)

// give changes the owner of dir and what is below. It goes no way that could
// lead out: links are given themselves, not what they name.
func give(who Who, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	err = fs.WalkDir(root.FS(), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return root.Lchown(filepath.FromSlash(path), who.UID, who.GID)
	})
	if cerr := root.Close(); err == nil {
		err = cerr
	}
	return err
}
