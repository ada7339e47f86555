#!/bin/sh
# Stops the service when the package goes, but not when it is upgraded.
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	systemctl --quiet disable --now spaniel spaniel-sensor spaniel-forward || true
fi
