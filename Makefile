.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv/bin
BOT := bot/.venv/bin
export PYTHONPATH := $(CURDIR)
export RASA_TELEMETRY_ENABLED := false

.PHONY: help setup run train check lint types layers test test-quick test-whole test-rest test-bot test-web coverage bench vectors pictures doctor clean

help:  ## this list
	@awk -F':.*## ' '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Use

setup:  ## install both environments and build the pages
	@$(PYTHON) launcher/bootstrap.py

run: setup  ## install, train what is stale, start everything, print the addresses (settings: MINSHENG_*)
	@exec $(VENV)/python -m launcher.run $(ARGS)

train: setup  ## train the Rasa model and the order classifier if their data changed
	@$(VENV)/python -m launcher.prepare --only-models

doctor: setup  ## check every component, say what is missing and how to get it
	@$(VENV)/minsheng doctor

##@ Check

lint: setup  ## ruff: style and format
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .

types: setup  ## mypy
	@$(VENV)/mypy

check: lint types  ## lint and types

layers: setup  ## the import graph: every room in layers, with the circles that are left
	@$(VENV)/python -m tests.layering

##@ Test

# Tests that start the whole product, or Chromium: they wait as much as they compute. The others are all the rest.
WHOLE := tests/browser tests/calls tests/citizens tests/faults tests/rasa tests/test_long_messages.py \
	tests/test_own_servers.py tests/test_rasa_process.py

test: setup  ## everything CI runs: lint, types, all tests; two parts at a time, each is printed when it ends
	@$(VENV)/python -m launcher.debian chromium fonts redis postgres language-model nginx haproxy speex
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target train test-quick
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-whole test-rest

test-quick: check test-web  ## lint, types and the pages: all that needs no model

test-web:  ## types and unit tests of the pages
	@$(PYTHON) launcher/bootstrap.py --test-web

test-whole:  ## tests of the whole product and of its pages in Chromium
	@$(VENV)/python -m pytest $(WHOLE) $(ARGS)

test-rest: test-bot  ## all other tests
	@$(VENV)/python -m pytest $(WHOLE:%=--ignore=%) $(ARGS)

test-bot:  ## tests of the Rasa components (Python 3.10)
	@$(BOT)/python -m pytest -c tests/bot/pytest.ini tests/bot $(ARGS)

coverage: setup train  ## how much of each room the tests run through (half as much processor time again)
	@$(VENV)/python -m tests.room_coverage $(ARGS)

##@ Measure and show

bench: setup train  ## benchmarks: understanding, text, handoff, calls; each prints a table
	@$(VENV)/python bench/understanding.py
	@$(VENV)/python -m bench.reading
	@$(VENV)/python bench/text.py
	@$(VENV)/python bench/handoff.py
	@$(VENV)/python -m bench.voice --only calls

vectors: setup train  ## the shipped sentence vectors anew, after the encoder or many shipped texts changed
	@$(VENV)/python -m launcher.vectors

pictures: setup train  ## the pictures of the README, from the running product
	@$(VENV)/python -m docs.pictures.make

##@ Clean up

clean:  ## remove environments, builds and trained models (var/ with your data stays)
	rm -rf .venv bot/.venv .tools models web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache
