# `make dev` runs everything, `make test` checks everything; `make help` lists the rest.
# Each step remembers that it was done (a stamp file), so nothing is installed or built twice.

BIN := .venv/bin
PYTHON ?= python3
# Most tests wait for servers, so a few more processes than cores are quicker; each has servers of its own.
JOBS ?= 3

ENVIRONMENT := .venv/.installed
STUDIO_PACKAGES := studio/node_modules/.installed
STUDIO := api/loopstack_api/studio/index.html
STUDIO_SOURCES := $(shell find studio -path studio/node_modules -prune -o -type f -print 2>/dev/null)

.DEFAULT_GOAL := environment
.PHONY: help environment dev test check fix studio temporal server cluster chaos bench lock openapi clean

help:  ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

environment: $(ENVIRONMENT)  ## the Python environment in .venv

dev: environment studio temporal  ## Temporal, worker, API and studio with the examples
	@$(BIN)/loopstack dev examples.app:app

test: check studio temporal server  ## all that CI runs
	@echo "Testing the studio …"
	@npm --prefix studio test
	@echo "Testing Python …"
	@$(BIN)/pytest -n $(JOBS) --dist loadfile --durations 40

check: environment $(STUDIO_PACKAGES)  ## style, types and import rules
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@echo "Checking import rules and types …"
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pyright
	@$(BIN)/mypy examples $(wildcard tests/typing/right)
	@echo "Checking the studio …"
	@npm --prefix studio run --silent lint
	@npm --prefix studio run --silent typecheck

fix: environment  ## let ruff format and repair what it can
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

studio: $(STUDIO)  ## build the studio into api/loopstack_api/studio

temporal: environment  ## find, download or build the Temporal CLI
	@$(BIN)/python -m loopstack_temporal.temporal.cli_program

server: environment
	@$(BIN)/python -m tests.support.cluster_programs

cluster: environment  ## run a Temporal cluster with PostgreSQL and 512 shards in the foreground
	@$(BIN)/python -m tests.support.cluster

chaos: environment temporal  ## many random runs under faults: a night at the two fast levels, 300 trials with processes
	@$(BIN)/python -m tests.faults --level L1 --to 19999 --results build/chaos.jsonl --jobs 2
	@$(BIN)/python -m tests.faults --level L1x --to 4999 --results build/chaos.jsonl --jobs 2
	@$(BIN)/python -m tests.faults --level L2 --to 299 --results build/chaos.jsonl --jobs 3 --block 1

bench: environment temporal  ## measure against hand-written Temporal workflows
	@$(BIN)/python -m benchmarks

lock:  ## lock the Python packages again (UPGRADE=1 takes the newest)
	@scripts/lock $(if $(UPGRADE),--upgrade)

openapi: environment $(STUDIO_PACKAGES)  ## write studio/openapi.json and the studio's types from it
	@$(BIN)/python -m loopstack_api.openapi
	@npm --prefix studio run --silent types

clean:  ## remove what was built, keep data and caches
	rm -rf .venv studio/node_modules api/loopstack_api/studio

$(ENVIRONMENT): requirements/dev.txt pyproject.toml scripts/environment
	@PYTHON="$(PYTHON)" scripts/environment
	@touch $@

$(STUDIO_PACKAGES): studio/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20.19, 22.13 or from 24 on." >&2; exit 1; }
	@echo "Installing the studio's packages …"
	@npm --prefix studio ci --silent --no-audit --no-fund
	@touch $@

$(STUDIO): $(STUDIO_PACKAGES) $(STUDIO_SOURCES)
	@echo "Building the studio …"
	@npm --prefix studio run --silent build
	@touch $@
