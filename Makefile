# What one does with this repository. Every target sets itself up in .venv and works from a clean clone.
# make help lists the targets.

PYTHON ?= $(shell scripts/python.sh)
BIN := .venv/bin
READY := .venv/.ready
# The rooms that stand; a room is checked from the day it appears.
ROOMS := $(wildcard protocol signer core_adapter gateway conformance tests bench demo faults)

# Tests start hundreds of processes; without bytecode beside the source each would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check style types directions house bench faults format rules need lock dist changelog clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## make a demo site, run the daemon, send signed messages, verify every reply, check the books
	$(BIN)/python demo/run.py

# A process for each core; the order stays, quick ones first.
test: need $(READY) ## all tests, on SQLite and PostgreSQL, with a real token and standard tools; quick checks come first
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest tests --numprocesses auto --maxprocesses 4

check: style types directions house ## all of the next four, under a minute; make -k check goes on after a fault

style: $(READY) ## how the source is written
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## strict types in every room, tests included
	$(BIN)/mypy $(ROOMS)

directions: $(READY) ## which room may import which
	$(BIN)/lint-imports --no-cache

house: $(READY) ## the house's own rules, and whether the change log can be built
	$(BIN)/towncrier build --draft > /dev/null
	$(BIN)/python -m pytest -q tests/house -m "not slow"

bench: need $(READY) ## figures: beside the floor of the hardware and a straightforward implementation, in one run
	$(BIN)/python -m bench

faults: $(READY) ## 10,000 payments to other banks while all goes wrong and everybody is killed; every book is judged
	$(BIN)/python -m faults

format: $(READY) ## put the source into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

rules: $(READY) ## write docs/rules.md, and what other documents tell from the code, anew
	$(BIN)/python -m tests.docs.write

need: ## name, or where allowed install, the system's tools that tests and figures need
	scripts/need.sh

# uv is not locked itself: it makes the locks, with the hash of every file of a release, and names no index in them.
LOCK := .venv-lock/bin/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
    --generate-hashes --custom-compile-command "make lock"

lock: ## make the two lock files anew from pyproject.toml
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet 'uv>=0.9'
	$(LOCK) --group dev --group bench --output-file requirements-dev.lock > /dev/null
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock > /dev/null

dist: $(READY) ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

changelog: $(READY) ## show what the next release's part of CHANGELOG.md will say
	$(BIN)/towncrier build --draft

clean: ## remove what the other targets made
	rm -rf .venv .venv-lock dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The lock is installed first and by hash; then the project itself, editable, with nothing fetched.
$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
