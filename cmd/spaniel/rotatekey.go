package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"spaniel/sinks/redact"
)

func newPrivacy(a *app) *cobra.Command {
	return group("privacy", "Look after the key of the hashes that replace secrets", "  spaniel privacy rotate", newPrivacyRotate(a))
}

func newPrivacyRotate(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rotate",
		Short: "Replace the key of the hashes by a new one",
		Long: `Rotate makes a new key in the place of the old one, and keeps the old one beside it, named by its id.
A hash begins with the id of its key: those made under different keys never join. A sensor goes on
with the key it has until it is started again. In a fleet, copy the new file to all sensors first.
Once no stored record is to be joined with what somebody still knows, delete the old key: with it
goes the last way to find out whether a hash is that of a value that one has.`,
		Example: "  spaniel privacy rotate && systemctl restart spaniel",
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return a.rotateKey() },
	}
}

func (a *app) rotateKey() error {
	cfg, _, err := a.config()
	if err != nil {
		return err
	}
	r, err := redact.RotateKey(keyFile(cfg))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "key %s replaces %s, which is kept in %s\n", r.New, r.Old, r.Kept)
	a.hint("a sensor that runs takes it at its next start")
	return err
}
