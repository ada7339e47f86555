#!/usr/bin/env bash
# fuzz.sh TIME [TARGET]: run every fuzz target (or the one named) for TIME, as
# many at once as there are processors: most of a short run is starting, stopping
# and waiting, and a target of its own uses a second processor badly.
# Each package is built once, however many targets it has. Inputs are made smaller a hundred times at
# most: by default whole seconds go into that, and a run of five does little else.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

# late: nothing failed but the clock. Up to Go 1.26 the fuzzer may take its own
# deadline for a failure (https://go.dev/issue/75804); it then names no input.
late() { grep -qx '    context deadline exceeded' "$1" && ! grep -qE 'Failing input|panic:|fatal error:' "$1"; }
# mute: it ended and said neither that it passed nor that anything failed, which
# happened once and could not be made to happen again. Three times is a failure.
mute() { ! grep -qE 'FAIL|Failing input|panic:|fatal error:' "$1"; }

# one runs a target in its package's directory, from the binary of that package.
one() {
	local dir=$1 target=$2 log try
	log=$bin/$target.$$.log
	for try in 1 2 3; do
		(cd "$dir" && "$bin/$(basename "$dir").test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$time" \
			-test.fuzzminimizetime 100x -test.parallel "$each" -test.fuzzcachedir "$cache/$dir") >"$log" 2>&1 || true
		echo "-- $target in $dir: $(grep -E '^fuzz: elapsed' "$log" | tail -n 1)"
		if grep -qx PASS "$log" || late "$log"; then
			return 0
		fi
		mute "$log" || break
		echo "-- $target ended without a word"
	done
	cat "$log"
	return 255 # xargs starts no more
}

if [ "${1:-}" = -one ]; then
	one "$2" "$3"
	exit
fi

export time=$1 only=${2:-}
bin=$(mktemp -d) cache=$(go env GOCACHE)/fuzz/$(go list -m) each=1
export bin cache each
trap 'rm -rf "$bin"' EXIT
git grep -oE "^func ${only:-Fuzz[A-Za-z0-9_]+}\(" -- '*_test.go' | sed -E 's|/[^/:]*:func (.*)\($| \1|' >"$bin/targets" || true
found=$(wc -l <"$bin/targets")
if [ "$found" -eq 0 ]; then
	echo "there is no fuzz target ${only:-at all}" >&2
	exit 1
fi
jobs=$(nproc)
if [ "$found" -eq 1 ]; then
	each=$jobs jobs=1
fi
# Without -fuzz the binaries would not be instrumented; the name is of no matter.
cut -d' ' -f1 "$bin/targets" | sort -u | sed 's|^|./|' | xargs -P "$jobs" -n 1 go test -c -fuzz . -o "$bin/"
xargs -P "$jobs" -L 1 "$root/deploy/fuzz.sh" -one <"$bin/targets"
echo "$found fuzz targets run for $time each"
