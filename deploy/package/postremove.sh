#!/bin/sh
# What was found goes only with `apt purge`.
set -e
if [ "$1" = purge ]; then
	rm -rf /var/lib/spaniel
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
