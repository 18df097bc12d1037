# Every target sets up what it needs: a bare Debian 12 with python3, python3-venv, git and make.
# The system's own is preferred: every user of the box can run it, which some tests need.
PYTHON ?= $(shell /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo /usr/bin/python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
BENCH_READY := $(VENV)/bench-ready
CASES ?= 10000
SEED ?= 0

.PHONY: help setup demo test check format lint types contracts docs bench fuzz pictures lock clean

help:
	@echo "make demo    try it: two people, one file, one notebook"
	@echo "make test    run the tests"
	@echo "make docs    write the generated pages: protocol, keys, configuration, notebook"
	@echo "make check   format, lint, types, import contracts, generated docs, then the tests"
	@echo "make bench   measure, beside the peers, and write docs/benchmarks.md"
	@echo "make fuzz    the sync engine against its slow reference, notebooks there and back, whole"
	@echo "             projects in a hostile simulation, vim's keys beside vim, relays killed, any"
	@echo "             keys: CASES=$(CASES) SEED=$(SEED)"

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "cocalc-tui needs Python 3.11 or newer; say PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "python3-venv is missing: apt install python3-venv"; exit 1; }
	@echo "Setting up $(VENV): about a minute, this once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock \
		|| { echo "The packages could not be installed: is there a network? The same command goes on from here."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BENCH_READY): $(READY) requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

demo: $(READY)
	@$(BIN)/python -m cocalc_tui.demo

# Many of these drive real processes, five at a time. What fails among them has a second try alone:
# what passes then is no reason to refuse a change, but is named, and is a bug to mend. Workers add
# the name of a group to those in it, which without workers would be other tests: then all would run.
REST = --ignore tests/sync --ignore tests/protocol
AGAIN = { echo "Once more, alone:"; \
	sed -i -E 's/@[a-z0-9]+":/":/' .pytest_cache/v/cache/lastfailed; $(BIN)/python -m pytest -q --maxfail 3 --last-failed \
	--last-failed-no-failures none $(REST); }

test: $(READY)
	@command -v tmux >/dev/null || echo "tmux is missing: the tests in a real terminal are skipped and named below"
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n 2 tests/sync tests/protocol
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	$(BIN)/python -m pytest -q -n 5 --dist loadgroup $(REST) || $(AGAIN)

check: DOCS = --check
check: format lint types contracts docs test

format: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports --no-cache

docs: $(READY)
	$(BIN)/python docs/make_protocol.py $(DOCS)
	$(BIN)/python docs/make_keys.py $(DOCS)
	$(BIN)/python docs/make_configuration.py $(DOCS)
	$(BIN)/python docs/make_notebook.py $(DOCS)

bench: $(BENCH_READY)
	$(BIN)/python -m benchmarks.all

fuzz: $(READY)
	$(BIN)/python -m tests.sync.fuzz --cases $(CASES) --seed $(SEED)
	$(BIN)/python -m tests.notebook.fuzz --cases $$(($(CASES) / 5)) --seed $(SEED)
	$(BIN)/python -m tests.sim --seeds $$(($(CASES) / 10)) --seed $$(($(SEED) * 1000000))
	$(BIN)/python -m tests.widgets.editor.vim.against --cases $$(($(CASES) * 5)) --seed $(SEED)
	$(BIN)/python -m tests.protocol.fuzz --inputs $$(($(CASES) * 100)) --seed $(SEED)
	$(BIN)/python -m tests.server.rounds --rounds $$(($(CASES) / 10)) --races $$(($(CASES) / 100)) --seed $(SEED)
	$(BIN)/python -m tests.server.killing --rounds $$(($(CASES) / 10)) --seed $(SEED)
	$(BIN)/python -m tests.server.terminals.joining
	$(BIN)/python -m tests.e2e.monkey --rounds $$(($(CASES) / 200)) --seed $(SEED)

pictures: $(READY)
	$(BIN)/python docs/make_pictures.py

# For whoever changes a dependency: `make lock` needs uv.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock --group pyproject.toml:bench -o requirements-bench.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
