#!/bin/sh
# Tells systemd of the unit. The service is not started: what to watch must be
# named first.
set -e
install -d -m 0700 -o spaniel -g spaniel /var/lib/spaniel
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	systemctl try-restart spaniel spaniel-sensor spaniel-forward
fi
