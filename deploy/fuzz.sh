#!/usr/bin/env bash
# fuzz.sh TIME [TARGET]: run every fuzz target (or the one named) for TIME.
# Each package is built once, however many targets it has. Inputs are made
# smaller a hundred times at most: by default whole seconds go into that, and
# a run of five does little else.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD time=$1 only=${2:-}
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
cache=$(go env GOCACHE)/fuzz
module=$(go list -m)
found=0
# late: nothing failed but the clock. Up to Go 1.26 the fuzzer may take its own
# deadline for a failure (https://go.dev/issue/75804); it then names no input.
late() { grep -qx '    context deadline exceeded' "$bin/log" && ! grep -qE 'Failing input|panic:|fatal error:' "$bin/log"; }
# mute: it ended and said neither that it passed nor that anything failed, which
# happened once and could not be made to happen again. Three times is a failure.
mute() { ! grep -qE 'FAIL|Failing input|panic:|fatal error:' "$bin/log"; }
while read -r dir targets; do
	# Without -fuzz the binary would not be instrumented; the name is of no matter.
	go test -c -fuzz . -o "$bin/test" "./$dir"
	for target in $targets; do
		found=$((found + 1))
		for try in 1 2 3; do
			echo "-- $target in $dir: $(cd "$dir" && "$bin/test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$time" \
				-test.fuzzminimizetime 100x -test.parallel 2 -test.fuzzcachedir "$cache/$module/$dir" 2>&1 | tee "$bin/log" | grep -E '^fuzz: elapsed' | tail -n 1)"
			if grep -qx PASS "$bin/log" || late; then
				continue 2
			fi
			mute || break
			echo "-- $target ended without a word"
		done
		cat "$bin/log"
		exit 1
	done
done < <(git grep -lE '^func Fuzz[A-Za-z0-9_]+\(' -- '*_test.go' | xargs -n1 dirname | sort -u | while read -r dir; do
	names=$(grep -hoE "^func ${only:-Fuzz[A-Za-z0-9_]+}\(" "$dir"/*_test.go | sed -E 's/^func (.*)\(/\1/' | tr '\n' ' ') || true
	[ -z "$names" ] || echo "$dir $names"
done)
echo "$found fuzz targets run for $time each"
[ "$found" -gt 0 ]
