# Every target works on a fresh checkout: it makes .venv and installs what it needs.
SHELL := /bin/bash
# The first that really runs: a version manager may leave a name on the PATH that does not.
PYTHON ?= $(shell for each in python3.12 python3.11 python3; do \
  $$each -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' \
  2>/dev/null && { command -v $$each; break; }; done)
BIN := .venv/bin
ROOMS := proto ledger projector dashboard embedded
# Half of a test is waiting for its servers, so two files run at a time, each with its own.
TEST_WORKERS ?= 2
PROTOS := proto/accounting_ledger.proto proto/servicing.proto
RUN_STAMP := .venv/.run-installed
TEST_STAMP := .venv/.test-installed
export DATA_DIR ?= .data

.DEFAULT_GOAL := help
.PHONY: help run seed feed test test-long check lint proto bench bench-large chromium

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@test -n "$(PYTHON)" \
	  || { echo "Python 3.11 or 3.12 with venv is needed: install python3 and python3-venv."; exit 2; }
	@$(PYTHON) -m venv .venv \
	  || { echo "A virtual environment could not be made: install the package python3-venv."; exit 2; }

$(RUN_STAMP): requirements.txt constraints.txt pyproject.toml | $(BIN)/python
	@echo "Installing the pinned requirements …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TEST_STAMP): $(RUN_STAMP) tests/requirements.txt
	@echo "Installing the test tools …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

run: $(RUN_STAMP) ## Start everything on this machine; Ctrl-C stops it
	@APP_MODE=$${APP_MODE:-demo} exec $(BIN)/python -m embedded run

seed: $(RUN_STAMP) ## Load the demo portfolio into the running product
	@exec $(BIN)/python -m embedded seed

feed: $(RUN_STAMP) ## Publish a JSON-lines file of events: make feed FILE=events.jsonl
	@test -n "$(FILE)" || { echo "Name the file: make feed FILE=events.jsonl"; exit 2; }
	@exec $(BIN)/python -m embedded feed "$(FILE)"

chromium: $(TEST_STAMP)
	@$(BIN)/python tests/browser/chromium.py --get

test: $(TEST_STAMP) chromium ## Everything a change must pass, on real servers of its own
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-long: $(TEST_STAMP) chromium ## The same with full counts
	@TEST_LONG=1 $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --timeout=3600 $(PYTEST_ARGS)

lint: $(TEST_STAMP) ## Style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint ## Style, types, layers, then the tests
	@$(MAKE) --no-print-directory test

proto: $(TEST_STAMP) ## Generate the code of the wire contract
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -I. \
	  --python_out=. --grpc_python_out=. --mypy_out=quiet:. --mypy_grpc_out=quiet:. $(PROTOS)

bench: $(TEST_STAMP) ## Measure speed as ratios taken in one run
	@exec $(BIN)/python -m tests.bench.run $(BENCH)

bench-large: $(TEST_STAMP) ## Measure what staff read on a million customers, built once under DATA_DIR
	@exec $(BIN)/python -m tests.bench.measure_large
