# The two commands of the README are `make demo` and `make test`.

CARGO ?= cargo
# The profile that the demo builds with; CI says `dev` to build everything once.
PROFILE ?= release
TOOLS := $(CURDIR)/.tools
BUILT := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/debug
# What could not be tested on this machine.
SKIPPED := $(CURDIR)/target/skipped
WASM := wasm32-unknown-unknown

.PHONY: demo test soak build toolchain tools gitea lint bench fuzz clean

demo: toolchain ## Build, start a registry and a Git repository on loopback, plan, run, show the commit
	PROFILE=$(PROFILE) CARGO=$(CARGO) examples/demo.sh

test: toolchain tools ## Set up everything the tests need, run all of them, and say what was skipped
	$(CARGO) build --workspace --bins --tests --locked
	@mkdir -p $(dir $(SKIPPED)) && rm -f $(SKIPPED)
	TAGWARDEN_BINARY="$(BUILT)/tagwarden" TAGWARDEN_SKIPPED="$(SKIPPED)" \
	  PATH="$(TOOLS):$$PATH:/usr/sbin" $(CARGO) test --workspace --locked
	@if [ -s $(SKIPPED) ]; then echo "Skipped, for want of tools:"; sort -u $(SKIPPED); \
	  else echo "Nothing was skipped."; fi

soak: toolchain tools ## The tests that kill and repeat, at their full counts; docs/reliability.md says which
	TAGWARDEN_KILLS=500 $(CARGO) test --locked -p tagwarden-tests --test store_kills -- --nocapture
	TAGWARDEN_RACES=100 $(CARGO) test --locked -p tagwarden-tests --test git_loop -- --nocapture
	TAGWARDEN_GIT_KILLS=200 $(CARGO) test --locked -p tagwarden-tests --test git_kills -- --nocapture
	TAGWARDEN_SOAK=1 $(CARGO) test --locked -p tagwarden-tests --test isolation -- --nocapture

build: toolchain ## Build the program
	$(CARGO) build --release --locked

toolchain: ## Install what rust-toolchain.toml names, where rustup does not by itself
	@if command -v rustup >/dev/null && ! rustup target list --installed 2>/dev/null | grep -qx $(WASM); then \
	  rustup toolchain install || rustup target add $(WASM); fi

tools: ## Install the servers that the end-to-end tests run against
	tests/install-tools.sh $(TOOLS)

gitea: ## Build a Gitea, against which the tests then run as well (some minutes, needs Go)
	tests/install-gitea.sh $(TOOLS)

lint: toolchain ## Formatting, Clippy, documentation, licences
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	$(CARGO) deny --all-features check bans licenses sources

bench: ## Measure; docs/benchmarks.md says what
	$(CARGO) bench --workspace --locked

fuzz: ## Fuzz every target for FUZZ_SECONDS (600) each; needs the nightly toolchain
	[ -x $(TOOLS)/bin/cargo-fuzz ] || $(CARGO) +nightly install --locked --root $(TOOLS) cargo-fuzz
	cd fuzz && PATH="$(TOOLS)/bin:$$PATH" && for target in $$(cargo fuzz list); do \
	  dict=$$(ls "$$target.dict" 2>/dev/null); \
	  $(CARGO) +nightly fuzz run --sanitizer none "$$target" -- $${dict:+-dict=$$dict} \
	    -max_total_time=$${FUZZ_SECONDS:-600} || exit 1; done

clean:
	$(CARGO) clean
	rm -rf .tools
