#!/usr/bin/env bash
# Starts a throw-away PostgreSQL for the tests on a free loopback port and prints its connection string.
#   test/postgres.sh start DIR   ·   test/postgres.sh stop DIR
# DIR is an empty folder. As root the server runs as the user postgres.
set -euo pipefail
dir=$2
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$bin" ] || { echo "PostgreSQL server is not installed (apt-get install postgresql)" >&2; exit 1; }
as() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi; }
case $1 in
start)
  mkdir -p "$dir"
  [ "$(id -u)" != 0 ] || chown postgres "$dir"
  port=$(( 20000 + RANDOM % 20000 ))
  as "'$bin/initdb' -D '$dir/data' -U onay -A trust --no-sync -E UTF8 --locale=C >'$dir/initdb.log' 2>&1"
  as "'$bin/pg_ctl' -D '$dir/data' -w -l '$dir/server.log' -o \"-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='$dir' -c max_connections=400\" start >/dev/null"
  echo "postgres://onay@127.0.0.1:$port/postgres?sslmode=disable" ;;
stop)
  as "'$bin/pg_ctl' -D '$dir/data' -m immediate stop >/dev/null 2>&1" || true
  rm -rf "$dir" ;;
esac
