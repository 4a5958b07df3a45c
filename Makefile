# Windows has no make: the README shows the same two commands in full.
# The system's Python if it is new enough and whole: distributions build theirs for speed, tests
# without a browser took a sixth less than with one compiled at home.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; sys.version_info < (3, 11) or print(sys.executable)' 2>/dev/null | grep . || echo python3)
BIN := .venv/bin
# Modules are compiled once, not again by each of the processes that tests start.
export PYTHONDONTWRITEBYTECODE =
.PHONY: run test test-long lint data-check tools requirements

run: .venv/run
	$(BIN)/streamlit run app.py

test: .venv/dev tools
	$(BIN)/python -m pytest -q

# Also what is rare or slow, and Hypothesis with 200 new examples of each rule.
test-long: .venv/dev tools
	MTQG_LONG=1 $(BIN)/python -m pytest -q -m ""

lint: .venv/dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

data-check: .venv/dev
	$(BIN)/python -m pytest -q -m "" tests/data

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q --require-hashes -r requirements.txt && touch $@
.venv/dev: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q --require-hashes -r requirements-dev.txt && touch $@ .venv/run
# Pins and hashes of all that is installed, for every system, and THIRD_PARTY.md.
requirements: .venv/dev
	for each in '' -dev -bench; do $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make requirements' requirements$$each.in -o requirements$$each.txt; done
	$(BIN)/pip install -q --require-hashes -r requirements-dev.txt && $(BIN)/python docs/third_party.py
# A browser, and what checks the printed files; PostgreSQL is set up by the tests that need it.
tools: .venv/dev
	@command -v chromium-headless-shell >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium-headless-shell) 2>/dev/null || command -v chromium chromium-browser google-chrome >/dev/null || $(BIN)/playwright install chromium || apt-get install -y -qq chromium
	@command -v pdffonts >/dev/null && command -v soffice >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends poppler-utils libreoffice-writer) || echo "No poppler or LibreOffice: the tests that need them are skipped."
