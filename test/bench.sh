#!/usr/bin/env bash
# Measures starts of verifications against the built program, on an empty SQLite database. Prints a line for each load.
#
# With OTPGATEWAY=DIR (a built checkout of knadh/otpgateway: the program otpgateway.bin and the folder static) and redis-server
# installed, the same loads go to it in turn, with Redis synced on every write, and once more with Redis left to itself.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
go build -o "$dir/load" ./test/load
"$dir/load" -startup ./bin/onay

./bin/onay serve --sandbox --data "$dir/data" --listen 127.0.0.1:18080 --sandbox-listen 127.0.0.1:18090 >"$dir/out" 2>&1 &
pid=$!
for _ in $(seq 100); do grep -q ready "$dir/out" && break; sleep 0.05; done
head -n 1 "$dir/out"
"$dir/load" -onay http://127.0.0.1:18080 -setup

others=()
gateway() { # NAME PORT APPENDFSYNC
  redis-server --port $(($2 + 1)) --dir "$dir" --appendonly yes --appendfilename "$1.aof" --appenddirname "$1" --appendfsync "$3" --save "" >/dev/null 2>&1 &
  cat >"$dir/$1.toml" <<TOML
[app]
address = "127.0.0.1:$2"
server_timeout = "5s"
otp_ttl = 300
otp_max_attempts = 5
otp_max_resends = 3
otp_max_generate = 3
root_url = "http://127.0.0.1:$2"
[store.redis]
host = "127.0.0.1"
port = "$(($2 + 1))"
[auth.bench]
namespace = "bench"
secret = "bench-secret"
[webhooks.sink]
enabled = true
url = "http://127.0.0.1:8099/"
max_conns = 64
timeout = "5s"
subject = "Verification"
template = "static/sms.txt"
channel_name = "SMS"
address_name = "Mobile number"
max_address_len = 15
max_otp_len = 6
TOML
  sleep 0.5
  (cd "$OTPGATEWAY" && exec ./otpgateway.bin --config "$dir/$1.toml" >"$dir/$1.log" 2>&1) &
  others+=("$1=http://127.0.0.1:$2")
}
if [ -n "${OTPGATEWAY:-}" ]; then
  gateway synced 19000 always
  gateway unsynced 19010 everysec
  sleep 1
fi

for connections in 32 50; do
  for _ in $(seq "${ROUNDS:-1}"); do
    "$dir/load" -onay http://127.0.0.1:18080 -connections $connections -seconds "${SECONDS_EACH:-10}"
    for o in ${others[@]+"${others[@]}"}; do
      printf '%s: ' "${o%%=*}"
      "$dir/load" -otpgateway "${o#*=}" -connections $connections -seconds "${SECONDS_EACH:-10}"
    done
  done
done
"$dir/load" -onay http://127.0.0.1:18080 -connections 1 -seconds 5 -pace 20ms
"$dir/load" -onay http://127.0.0.1:18080 -connections 64 -seconds "${SECONDS_EACH:-10}" -pay 835
"$dir/load" -onay http://127.0.0.1:18080 -connections 512 -seconds "${SECONDS_EACH:-10}" -pay 835 -bank-delay 300ms
"$dir/load" -onay http://127.0.0.1:18080 -connections 256 -seconds "${SECONDS_EACH:-10}" -pay 2500
"$dir/load" -onay http://127.0.0.1:18080 -connections 128 -seconds "${SECONDS_EACH:-10}" -pay 800 -lost 0.2
echo "resident memory afterwards: $(($(ps -o rss= -p $pid) / 1024)) MB"
