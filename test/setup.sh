#!/usr/bin/env bash
# Installs what the tests need and is missing, on Debian and its relatives: a PostgreSQL server, Chromium with a font, and
# the packages of package.json. Says what it installs, and does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

has_postgres() { ls -d /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_chromium() { command -v "${ONAY_TEST_CHROMIUM:-chromium}" >/dev/null 2>&1; }
has_font() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=tr 2>/dev/null | head -n 1)" ]; }

need=()
has_postgres || need+=(postgresql)
has_chromium || need+=(chromium)
has_font || need+=(fontconfig fonts-dejavu-core)

if [ ${#need[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing: ${need[*]}. Install them with the package manager of this system, then run again." >&2
    exit 1
  fi
  root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  echo "Installing with apt-get: ${need[*]}"
  # A server that starts by itself is not wanted: the tests start their own and throw it away.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "${root[@]}" mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | "${root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
fi

if [ -f package.json ] && [ ! -d node_modules ]; then
  echo "Installing with npm: the packages of package.json"
  if [ -f package-lock.json ]; then npm ci --no-audit --no-fund; else npm install --no-audit --no-fund; fi
fi
