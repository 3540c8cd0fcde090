# Fermata's one entry point. Bare `make` lists what it can do; ./dev is the same without make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
JOBS ?= $(shell nproc)
# make test TEST=words runs the tests whose name matches.
TEST ?=
RUN_TESTS = $(PYTHON) tools/run_tests.py --select "$(TEST)"

KILLS ?= 200
STORE ?= sqlite
CONC ?= 1,16,64
AGENTS ?= 10000
ONLY ?=
FUZZ_SECONDS ?= 60
# A PostgreSQL of its own, where STORE asks for one.
BESIDE_STORE = $(if $(filter postgres,$(STORE)),$(PYTHON) tools/with_postgres.py --)

define configure_and_build  # preset, targets
	cmake --preset $(1) >build/$(1).log 2>&1 || { cat build/$(1).log; exit 1; }
	cmake --build build/$(1) -j $(JOBS) $(if $(2),--target $(2))
endef

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

# --- getting started

.PHONY: setup setup-build setup-mcp setup-forms setup-frameworks console build demo run
setup: ## install what is missing: Debian packages, Python environment
	@tools/setup.sh
	@mkdir -p build

setup-build:
	@tools/setup.sh build
	@mkdir -p build

setup-mcp:
	@tools/setup_mcp.sh

setup-frameworks:
	@tools/setup_frameworks.sh

setup-forms:
	@tools/setup_forms.sh

console: setup-build ## build the web console; the next build of the server carries it (needs npm)
	@tools/build_console.sh

build: setup-build ## build everything (preset release), with the console where npm is there
	@if command -v npm >/dev/null; then tools/build_console.sh; else echo "without the web console: make console build"; fi
	@$(call configure_and_build,release)

demo: setup-build ## tell the story in the terminal (DEMO_AUTO=1 answers by itself)
	@$(call configure_and_build,release,fermata)
	@$(PYTHON) demo/run_demo.py --binary build/release/bin/fermata

run: setup-build console ## start a server here, with its console, on a database of its own (fermata.db)
	@$(call configure_and_build,release,fermata)
	@build/release/bin/fermata serve

# --- tests; each needs its packages, so each begins with setup

.PHONY: test test-unit test-api test-mcp test-forms test-frameworks test-native test-sdk test-tools test-asan test-tsan
test: setup ## all tests; closes with the totals (TEST=name for some)
	@$(call configure_and_build,release)
	@$(RUN_TESTS) unit api native sdk tools

test-unit: setup ## unit, property and contract tests
	@$(call configure_and_build,release)
	@$(RUN_TESTS) unit

test-api: setup ## tests against the real server, on SQLite and PostgreSQL
	@$(call configure_and_build,release,fermata)
	@$(RUN_TESTS) api

test-native: setup ## tests of native agents against a strict model server
	@$(call configure_and_build,release,fermata)
	@$(RUN_TESTS) native

test-mcp: setup setup-mcp ## MCP's rules, and a full round with each client: smolagents, SDKs, inspector
	@$(call configure_and_build,release,fermata)
	@$(RUN_TESTS) mcp

test-frameworks: setup setup-frameworks ## programs of LangGraph, LangChain and HumanLayer, held and resumed
	@$(call configure_and_build,release,fermata)
	@$(RUN_TESTS) frameworks

test-forms: setup setup-forms ## every form on every surface, filled in by the software people have there (ONLY=surface)
	@$(call configure_and_build,release,forms_tool)
	@$(PYTHON) tests/forms/form_matrix.py --build build/release --only "$(ONLY)"

test-console: setup console ## the console in Chromium, on PostgreSQL (ONLY=file, SHOTS=folder for pictures)
	@tools/setup_console_tests.sh
	@$(call configure_and_build,release,fermata)
	@cd console && npm run --silent check && npm run --silent test
	@$(PYTHON) tools/with_postgres.py -- $(PYTHON) tests/console/console_tests.py --build build/release \
	  --only "$(ONLY)" $(if $(SHOTS),--shots $(SHOTS))

test-sdk: setup ## tests of the Python SDK against the real smolagents
	@$(call configure_and_build,release,fermata)
	@$(RUN_TESTS) sdk

test-tools: setup ## tests of the checkers themselves
	@$(RUN_TESTS) tools

test-asan: setup ## unit tests under the address and undefined-behaviour sanitizers
	@$(call configure_and_build,asan)
	@$(RUN_TESTS) --build build/asan unit

test-tsan: setup ## unit tests under the thread sanitizer
	@$(call configure_and_build,tsan)
	@$(RUN_TESTS) --build build/tsan unit

# --- harder questions

.PHONY: model-check
model-check: setup ## every interleaving of up to 8 commands on the domain itself, and of mutants of it
	@$(call configure_and_build,release,model_check)
	@$(PYTHON) tests/model_check/run.py --build build/release --jobs $(JOBS)

.PHONY: race door-matrix
door-matrix: setup ## every way to decide times every rule about it (STORE)
	@$(call configure_and_build,release,fermata)
	@$(BESIDE_STORE) $(PYTHON) tests/doors/door_matrix.py \
	  --binary build/release/bin/fermata --store $(STORE)

race: setup ## 20 approvers race with a deadline in the middle; deadlines while the server is down (STORE)
	@$(call configure_and_build,release,fermata)
	@$(BESIDE_STORE) $(PYTHON) tests/race/race.py \
	  --binary build/release/bin/fermata --store $(STORE) --requests 1000

.PHONY: kill-lab test-agents bench-roundtrip bench-startup bench-replay bench-suspended schemathesis fuzz mcp-conformance
mcp-conformance: setup setup-mcp ## MCP's own conformance suite: 2025-11-25, 2026-07-28, tasks
	@$(call configure_and_build,release,mcp_conformance_server)
	@$(PYTHON) tests/mcp/conformance/run.py --build build/release

kill-lab: setup ## kill -9 at random, then check the history (KILLS=200 STORE=sqlite|postgres)
	@$(call configure_and_build,failpoints,fermata)
	@$(BESIDE_STORE) $(PYTHON) tests/kill_lab/kill_lab.py \
	  --binary build/failpoints/bin/fermata --kills $(KILLS) --store $(STORE)

test-agents: setup ## smolagents runs killed at every boundary of their journal; workers killed
	@$(call configure_and_build,release,fermata)
	@$(PYTHON) sdk/python/tests/kill_every_boundary.py --jobs $(JOBS)
	@$(PYTHON) sdk/python/tests/two_workers.py --workflows 500

bench-roundtrip: setup ## approval round trips against the database's limit (STORE, CONC)
	@$(call configure_and_build,release)
	@$(BESIDE_STORE) $(PYTHON) bench/roundtrip.py \
	  --build build/release --store $(STORE) --conc $(CONC)

bench-startup: setup ## time until the server listens: empty, and with 100,000 pending approvals
	@$(call configure_and_build,release)
	@$(BESIDE_STORE) $(PYTHON) bench/startup.py --build build/release --store $(STORE)

bench-suspended: setup ## what native agents that wait for people cost in memory (AGENTS=10000)
	@$(call configure_and_build,release,fermata)
	@$(PYTHON) bench/suspended.py --build build/release --agents $(AGENTS)

bench-replay: setup ## a run of 200 steps resumed, and what journaling costs a call
	@$(call configure_and_build,release,fermata)
	@$(PYTHON) bench/replay.py --build build/release

schemathesis: setup ## send what openapi.json allows, and what it forbids, to a real server
	@$(call configure_and_build,release,fermata)
	@$(PYTHON) tools/run_schemathesis.py --binary build/release/bin/fermata

fuzz: setup ## libFuzzer on every tests/fuzz/*_fuzz.cpp (FUZZ_SECONDS=60 each)
	@$(call configure_and_build,fuzz,fuzzers)
	@tools/run_fuzzers.sh build/fuzz $(FUZZ_SECONDS)

# --- the rules

.PHONY: check check-house check-layers check-format check-python check-clang-tidy format
check: setup check-house check-layers check-format check-python check-clang-tidy ## all checks

check-house: ## house rules: sizes, banned words, a page for each error; golden files only added
	@$(PYTHON) tools/tidy.py
	@$(PYTHON) tools/check_golden.py

check-layers: ## which room includes which
	@$(PYTHON) tools/check_layers.py

check-format: ## clang-format
	@find src tests bench -name node_modules -prune -o -name '*.[ch]pp' -print0 | xargs -0 -r clang-format-14 --dry-run -Werror

PYTHON_FOLDERS = $(foreach folder,demo tests tools bench,$(if $(shell find $(folder) -name '*.py' -print -quit 2>/dev/null),$(folder)))

check-python: ## ruff and mypy --strict
	@.venv/bin/ruff check --quiet sdk/python $(PYTHON_FOLDERS)
	@.venv/bin/ruff format --check --quiet sdk/python $(PYTHON_FOLDERS)
	@cd sdk/python && ../../.venv/bin/mypy
	@for folder in $(PYTHON_FOLDERS); do .venv/bin/mypy $$folder; done

check-clang-tidy: ## clang-tidy, remembering what it has already passed
	@mkdir -p build && cmake --preset release >build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@$(PYTHON) tools/run_clang_tidy.py --build build/release

format: ## format the C++ and Python sources
	@find src tests bench -name node_modules -prune -o -name '*.[ch]pp' -print0 | xargs -0 -r clang-format-14 -i
	@.venv/bin/ruff check --fix-only --quiet sdk/python $(PYTHON_FOLDERS)
	@.venv/bin/ruff format --quiet sdk/python $(PYTHON_FOLDERS)

.PHONY: ci clean
ci: check test ## what decides whether a change may land

clean: ## remove what was built
	@rm -rf build .cache
