# Needs only make and Python 3.11 or newer; `make` alone says what there is.
PYTHON ?= python3
VENV ?= .venv
# Further pip options. On Linux x86-64 PyPI's torch brings CUDA libraries of some gigabytes; a machine
# without a GPU needs none of them:
#   make setup PIP_OPTIONS="--extra-index-url https://download.pytorch.org/whl/cpu"
PIP_OPTIONS ?=
# Of pyproject.toml; tests of others are skipped.
EXTRAS ?= dev
DOSSIER_DATA ?= data
export DOSSIER_DATA
# Without compiled modules each process compiles torch anew, for ten seconds and more.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CODE := chunker embeddings service eval tests bench
# The files that an index of the corpus depends on, as one number: one index is made for each state of them.
STATE = $(shell find chunker embeddings service corpus requirements.lock -type f ! -name '*.pyc' \
	| LC_ALL=C sort | xargs cksum | cksum | tr ' ' '-')
FRESH = build/index-$(STATE)
GOLD := eval/data/questions.jsonl eval/data/survey.jsonl
# Each process may load torch and a model, and a browser beside them. Chosen by hand; measured with two.
MAX_TEST_PROCESSES ?= 4
# Other question sets beside the gold:
#   make ablation ABLATION_OPTIONS="--external FOLDER --limit 300 --keep build/ablation"
ABLATION_OPTIONS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run index test check format eval gate baseline fresh ablation bench docs reference pictures lock sbom licences clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## install everything into .venv; quick when it is up to date
	@:

$(STAMP): pyproject.toml requirements.lock
	@test -x $(BIN)/python || { echo "== making the virtual environment $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dossier needs Python 3.11 or newer: make PYTHON=python3.12 setup")'
	@echo "== installing what requirements.lock names into $(VENV); the first time takes minutes, mostly for torch"
	@# Without --no-compile half the time goes to compiling modules of torch that nobody imports.
	$(BIN)/python -m pip install --no-compile --disable-pip-version-check $(PIP_OPTIONS) -c requirements.lock -e '.[$(EXTRAS)]'
	@touch $@

run: setup index ## index corpus/ where that is not done yet, then serve on http://127.0.0.1:8000
	$(BIN)/dossier serve

index: setup ## bring the index of corpus/ up to date
	$(BIN)/dossier index corpus/*.txt

test: setup ## run all tests, on all cores
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses $(MAX_TEST_PROCESSES) --dist worksteal

check: setup ## lint, formatting, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: fresh ## measure retrieval and answers on the gold questions
	$(BIN)/dossier eval $(GOLD) --data $(FRESH)

gate: fresh ## fail where answers to the gold questions are worse than eval/data/baseline.json
	$(BIN)/dossier eval $(GOLD) --data $(FRESH) --baseline eval/data/baseline.json

baseline: fresh ## write eval/data/baseline.json anew, from the code as it is
	$(BIN)/dossier eval $(GOLD) --data $(FRESH) --write-baseline eval/data/baseline.json

# An index of the corpus by the code as it is: one of yesterday would measure yesterday's passages.
fresh: setup
	@test -f $(FRESH)/whole || { rm -rf build/index-* && \
	$(BIN)/dossier index --data $(FRESH) corpus/*.txt && touch $(FRESH)/whole; }

ablation: setup ## measure what each part of the ranking is worth; into eval/ABLATION.md
	$(BIN)/python -m eval.studies.ablation --out eval/ABLATION.md $(ABLATION_OPTIONS)

bench: setup ## measure speed
	@set -e; for script in bench/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

docs: setup ## build docs/ into build/docs; a broken link or anchor fails
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_OPTIONS) -c requirements.lock -e '.[docs]'
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs

reference: setup ## write docs/reference/ anew, from the code as it is
	$(BIN)/python docs/tools/generate.py

pictures: fresh ## take the pictures of docs/pictures/ anew, in a browser
	$(BIN)/python docs/tools/pictures.py $(FRESH)

lock: ## write requirements.lock anew from what pyproject.toml allows today
	rm -rf build/lock-venv
	$(PYTHON) -m venv build/lock-venv
	build/lock-venv/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_OPTIONS) -e '.[dev,docs,ray,langchain,llamaindex,haystack]'
	build/lock-venv/bin/python -m pip freeze --all --exclude pip --exclude-editable | sed 's/+cpu$$//' > build/requirements.lock
	{ echo '# Exact versions for `pip install -c`; written by `make lock`.'; cat build/requirements.lock; } > requirements.lock
	rm -rf build/lock-venv build/requirements.lock

# Only what users get, as requirements.lock says; and beside it the program that reads what that is.
SHIPPED := build/shipped
SBOM := dist/sbom.cdx.json

$(SBOM): pyproject.toml requirements.lock
	rm -rf $(SHIPPED) build/cyclonedx
	$(PYTHON) -m venv --without-pip $(SHIPPED)
	$(PYTHON) -m venv build/cyclonedx
	build/cyclonedx/bin/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom>=7,<8'
	build/cyclonedx/bin/python -m pip --python $(SHIPPED)/bin/python install --quiet --no-compile \
		--disable-pip-version-check $(PIP_OPTIONS) -c requirements.lock .
	mkdir -p dist
	build/cyclonedx/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application \
		--output-reproducible --of JSON -o $@ $(SHIPPED)/bin/python

sbom: $(SBOM) ## write dist/sbom.cdx.json: what is installed by default, as CycloneDX

licences: $(SBOM) ## list the licences of what is installed by default
	$(PYTHON) deploy/licences.py $(SBOM)

clean: ## remove .venv, build output and caches; the index in data/ stays
	rm -rf $(VENV) build dist reports .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf *.egg-info
