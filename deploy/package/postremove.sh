#!/bin/sh
# What was found goes only with `apt purge`.
set -e
if [ "$1" = purge ]; then
	rm -rf /var/lib/spaniel /var/lib/spaniel-forward
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
