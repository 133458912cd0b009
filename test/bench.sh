#!/usr/bin/env bash
# Measures starts of verifications against the built program, on an empty SQLite database. Prints a line for each load.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
./bin/onay serve --sandbox --data "$dir" --listen 127.0.0.1:18080 --sandbox-listen 127.0.0.1:18090 >"$dir/out" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do grep -q ready "$dir/out" && break; sleep 0.05; done
head -n 1 "$dir/out"
go build -o "$dir/load" ./test/load
load() { "$dir/load" -onay http://127.0.0.1:18080 "$@"; }
load -setup
load -connections 32 -seconds 10
load -connections 50 -seconds 10
load -connections 1 -seconds 5 -pace 20ms
echo "resident memory afterwards: $(($(ps -o rss= -p $pid) / 1024)) MB"
