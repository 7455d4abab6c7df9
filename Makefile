# Two commands on a fresh Debian machine: `make demo` shows the product, `make test` proves it.
# Build products live outside the clone, so that clones share them.
CACHE ?= $(HOME)/.cache/tutti
export CARGO_TARGET_DIR ?= $(CACHE)/target
TUTTI = $(CARGO_TARGET_DIR)/debug/tutti

.PHONY: help demo build web test bench lint dev openapi clean-demo config-reference

help:
	@echo "make demo    build everything, start one program on embedded storage, play a shop into it"
	@echo "make test    install what the tests need, start it on loopback, run every test"
	@echo "make bench   measure beside the peers (ONLY=group for some of it)"
	@echo "make dev     server and web UI with reload"
	@echo "make lint    format, clippy, web lint"
	@echo "make openapi write docs/reference/openapi.json"
	@echo "make config-reference write docs/reference/configuration.md and tutti.toml"

demo: build
	@$(TUTTI) demo $(ARGS)

build: web
	@scripts/step "Compiling tutti" cargo build --locked -p server

web: web/dist/index.html

web/dist/index.html: web/package-lock.json $(shell find web/src web/index.html web/*.json web/*.ts -type f 2>/dev/null)
	@scripts/need-node
	@scripts/step "Installing web packages" scripts/npm-ci web
	@scripts/step "Building the web UI" npm --prefix web run build --silent
	@touch $@

test:
	@scripts/test

bench:
	@scripts/bench

lint:
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	scripts/npm-ci web && npm --prefix web run lint

dev: web
	@scripts/dev

openapi: build
	@$(TUTTI) openapi > docs/reference/openapi.json

config-reference: build
	@$(TUTTI) config --example > docs/reference/tutti.toml
	@$(TUTTI) config --reference > docs/reference/configuration.md

clean-demo:
	@$(TUTTI) demo --reset-only
