#!/usr/bin/env bash
# fuzz.sh TIME [TARGET]: run every fuzz target (or the one named) for TIME.
set -euo pipefail
cd "$(dirname "$0")/.."
time=$1 only=${2:-}
found=0
while IFS=: read -r file line; do
	target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]+).*/\1/' <<<"$line")
	[ -z "$only" ] || [ "$only" = "$target" ] || continue
	found=$((found + 1))
	echo "-- $target in $(dirname "$file")"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -parallel 2 "./$(dirname "$file")" | tail -n 1
done < <(git grep -E '^func Fuzz[A-Za-z0-9_]+\(' -- '*_test.go')
echo "$found fuzz targets run for $time each"
[ "$found" -gt 0 ]
