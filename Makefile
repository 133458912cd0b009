# make run    build, and start with a simulated outside world
# make test   install what is missing, and run every test on SQLite and PostgreSQL
# Others: build, bench, lint, fuzz, generate, clean.

GO      ?= go
FUZZTIME ?= 20s
SHELL   := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.PHONY: run build assets generate test bench lint fuzz clean

run: build
	./bin/onay serve --sandbox

build: assets
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o bin/onay ./cmd/onay

# The console's script and style are bundled from package.json. Without Node the program builds all the same, and the
# console works without them: every page is plain HTML.
assets:
	@if [ ! -f package.json ]; then :; \
	elif command -v npm >/dev/null 2>&1; then \
	  [ -d node_modules ] || npm ci --no-audit --no-fund || npm install --no-audit --no-fund; \
	  npm run --silent build; \
	else echo "npm is not installed: the console is built without its script and style bundle"; fi

# Generated files are committed (docs/decisions/0008-generated-templ-committed.md). The generator has the version of the
# library in go.mod; it runs outside this module, so that what it needs does not become ours.
generate:
	$(GO) run github.com/a-h/templ/cmd/templ@$$($(GO) list -m -f '{{.Version}}' github.com/a-h/templ) generate

# ONAY_TEST_DATABASE_URL, where set, names a PostgreSQL server to use; otherwise one is started and thrown away.
test: assets
	@./test/setup.sh; \
	dir=; trap '[ -z "$$dir" ] || ./test/postgres.sh stop "$$dir"' EXIT; \
	if [ -z "$${ONAY_TEST_DATABASE_URL:-}" ]; then \
	  dir=$$(mktemp -d); chmod 711 "$$dir"; \
	  ONAY_TEST_DATABASE_URL=$$(./test/postgres.sh start "$$dir"); \
	fi; \
	export ONAY_TEST_DATABASE_URL ONAY_TEST_CHROMIUM="$${ONAY_TEST_CHROMIUM:-$$(command -v chromium || true)}"; \
	$(GO) test -timeout 15m -p 2 ./...

bench: build
	./test/bench.sh
	$(GO) test -run '^$$' -bench . -benchmem -timeout 15m -p 1 ./...

lint:
	@out=$$(gofmt -l $$(git ls-files '*.go' | grep -v '_templ\.go$$')); \
	if [ -n "$$out" ]; then echo "not formatted by gofmt:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	@if [ -n "$$(git ls-files '*.templ')" ]; then \
	  sums() { git ls-files -co --exclude-standard '*_templ.go' | sort | xargs -r sha256sum; }; \
	  before=$$(sums); $(MAKE) --no-print-directory generate >/dev/null; \
	  if [ "$$before" != "$$(sums)" ]; then \
	    echo "the generated templ files were not up to date; they are now: commit them"; exit 1; fi; \
	fi

fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' "$$pkg" | grep '^Fuzz' || true); do \
	    echo "$$pkg $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) "$$pkg"; \
	  done; \
	done

clean:
	rm -rf bin
