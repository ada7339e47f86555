#!/usr/bin/env bash
# deps.sh build|check|integration|bench|deploy: install the system packages that are
# missing. It knows Debian and its relatives; elsewhere it says what to install.
set -euo pipefail

missing=()
need() { # need PACKAGE TEST...: PACKAGE is missing if TEST fails
	local package=$1
	shift
	"$@" >/dev/null 2>&1 || missing+=("$package")
}
header() { echo "#include <$1>" | cc -E -x c - ; }

case "${1:-build}" in
build)
	need gcc command -v cc
	need g++ command -v c++
	need libpcap-dev header pcap/pcap.h
	;;
check)
	need nodejs command -v node
	need iproute2 command -v ip # wires in namespaces of their own
	;;
integration)
	need default-jdk-headless command -v java
	need maven command -v mvn
	need npm command -v npm
	need clickhouse-server command -v clickhouse-server
	need rsyslog command -v rsyslogd
	;;
bench)
	need tshark command -v tshark
	need tcpdump command -v tcpdump
	need iproute2 command -v ip
	;;
deploy)
	need debootstrap command -v debootstrap
	;;
*)
	echo "usage: deps.sh build|check|integration|bench|deploy" >&2
	exit 2
	;;
esac

[ ${#missing[@]} -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null; then
	cat >&2 <<-EOF
	error: missing: ${missing[*]} (Debian's names), and this system has no apt-get
	  fix: install them with your package manager; for the build: a C and C++ compiler
	       and libpcap's headers (Fedora: libpcap-devel, Alpine: libpcap-dev, Arch: libpcap)
	EOF
	exit 1
fi
sudo=()
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "error: missing: ${missing[*]}; run as root: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	sudo=(sudo)
fi
echo "installing ${missing[*]}" >&2
# Servers that a package brings must not start by themselves: the tests start their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for attempt in 1 2; do
	if "${sudo[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 </dev/null; then
		exit 0
	fi
	[ "$attempt" = 2 ] || "${sudo[@]}" apt-get update >>"$log" 2>&1 || true
done
tail -n 20 "$log" >&2
echo "error: apt-get could not install ${missing[*]}" >&2
exit 1
