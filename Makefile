# poolpower's tasks. Each works as the only command on a fresh clone that has Python 3.11 or newer; none needs root.
#
#   make demo    the daemon against the built-in sandbox, in a minute
#   make test    every test against the wheel built from this tree, and the coverage floors
#   make check   formatting, lint, types and the arrows between the rooms
#   make bench   the measurements of tests/bench
#   make wheel   builds dist/poolpower-*.whl
#   make lock    writes requirements/*.txt anew
#   make clean   removes everything that these targets made
#
# Settings:  PYTHON=python3.13   VENV=.venv   JOBS=2   PYTEST_ARGS='-k words'

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
VENV ?= .venv
JOBS ?= 2
PYTEST_ARGS ?=
# Seconds after which a test that hangs fails, with every thread's stack.
TEST_TIMEOUT ?= 180

TOOLS := .tools
BIN := $(VENV)/bin
INSTALL := -m pip install -qq --disable-pip-version-check --require-hashes
INSTALLED = $(shell $(BIN)/python -Ic 'import sysconfig; print(sysconfig.get_path("purelib"))')/daemon
SUITES := $(wildcard tests/unit tests/property tests/integration tests/acceptance)
SOURCES := $(shell find daemon -type f -not -path '*/__pycache__/*') pyproject.toml README.md LICENSE

.PHONY: help demo test check bench wheel lock clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.installed
	@$(BIN)/poolpower demo

# `pytest`, not `python -m pytest`: the latter would put this folder first on the path and test the source tree. What is
# measured is given by its folder, because migrations are loaded by path and belong to no package.
test: $(VENV)/.installed $(VENV)/.test
	rm -f .coverage .coverage.*
	TEST_INSTALLED=1 $(BIN)/pytest -n $(JOBS) --timeout=$(TEST_TIMEOUT) --timeout-method=thread \
		--cov=$(INSTALLED) --cov-report= $(SUITES) $(PYTEST_ARGS)
	$(BIN)/python tests/coverage_floor.py

check: $(VENV)/.run $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# One at a time, with nothing of coverage in the way.
bench: $(VENV)/.installed $(VENV)/.test $(VENV)/.bench
	TEST_INSTALLED=1 $(BIN)/pytest -p no:xdist -p no:cov -p no:timeout -s tests/bench $(PYTEST_ARGS)

wheel: dist/.built

# Against the public index whatever the machine's own settings are, so that a lock holds every file of a release.
# LOCK_ARGS=--upgrade takes newer releases; without it what is pinned stays.
lock: COMPILE := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND='make lock' ../$(TOOLS)/lock/bin/pip-compile --quiet --rebuild --allow-unsafe --generate-hashes \
	--strip-extras --no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(LOCK_ARGS)
lock: $(TOOLS)/lock/.done
	cd requirements && $(COMPILE) ../pyproject.toml --output-file run.txt
	cd requirements && for name in test bench build lock; do $(COMPILE) $$name.in --output-file $$name.txt || exit; done
	! grep --line-number '://' requirements/*.txt

clean:
	rm -rf $(VENV) $(TOOLS) dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What follows are stamps: each is made once, and again when what it came from has changed.

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "poolpower needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt $(VENV)/.made
	$(BIN)/python $(INSTALL) -r $<
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(BIN)/python $(INSTALL) -r $<
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.test
	$(BIN)/python $(INSTALL) -r $<
	@touch $@

# The builder lives in an environment of its own, so that nothing of it can be leant on at run time.
$(TOOLS)/build/.done $(TOOLS)/lock/.done: $(TOOLS)/%/.done: requirements/%.txt
	@test -n "$(PYTHON)" || { echo "poolpower needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(TOOLS)/$*
	$(TOOLS)/$*/bin/python $(INSTALL) -r $<
	@touch $@

dist/.built: $(SOURCES) $(TOOLS)/build/.done
	rm -rf dist
	$(TOOLS)/build/bin/hatchling build --target wheel --directory dist
	@touch $@

$(VENV)/.installed: dist/.built $(VENV)/.run
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-index --no-deps --force-reinstall dist/*.whl
	@touch $@
