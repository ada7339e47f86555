#!/bin/sh
# Makes the user that the sensor runs as, before files are given to its group.
set -e
if ! getent passwd spaniel >/dev/null; then
	adduser --system --group --home /var/lib/spaniel --no-create-home --quiet spaniel
fi
