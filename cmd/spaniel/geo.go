package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"spaniel/detect/geo"
	"spaniel/internal/config"
)

// openGeo reads the databases of countries and networks into memory, since a
// file that another program cuts short under a mapping ends the process. It
// returns nil where none is configured.
func openGeo(cfg *config.Config) (*geo.DB, error) {
	if cfg.Clients.CountryDB == "" && cfg.Clients.ASNDB == "" {
		return nil, nil
	}
	country, err := readDatabase("clients.country_db", cfg.Clients.CountryDB)
	if err != nil {
		return nil, err
	}
	asn := country
	if cfg.Clients.ASNDB != cfg.Clients.CountryDB {
		if asn, err = readDatabase("clients.asn_db", cfg.Clients.ASNDB); err != nil {
			return nil, err
		}
	}
	db, err := geo.New(country, asn)
	if err != nil {
		return nil, &problem{code: exitInput, what: "the databases of addresses cannot be used", why: err.Error(), cause: err, fix: "name files in the MMDB format in clients.country_db and clients.asn_db"}
	}
	return db, nil
}

func readDatabase(key, path string) (raw []byte, err error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err == nil {
		raw, err = io.ReadAll(io.LimitReader(f, geo.MaxFile+1))
		err = errors.Join(err, f.Close())
	}
	if err == nil && len(raw) > geo.MaxFile {
		err = fmt.Errorf("it has more than %d bytes", geo.MaxFile)
	}
	if err != nil {
		return nil, &problem{code: exitInput, what: "the database of addresses cannot be read", where: path, why: config.Cause(err), cause: err, fix: "check " + key}
	}
	return raw, nil
}
