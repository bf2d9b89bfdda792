# Two commands do everything: `make demo` and `make test`.
# On a machine without a GPU, EXTRA_INDEX_URL may name a package index that has CPU builds of torch.
PYTHON ?= python3
EXTRA_INDEX_URL ?=
BIN = .venv/bin

.PHONY: demo test test-all clean

demo: .venv/ready
	$(BIN)/mtqe run experiments/frontline.toml -o reports/frontline

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not slow"

test-all: .venv/ready
	$(BIN)/pytest

# Made anew when the dependencies changed.
.venv/ready: pyproject.toml constraints.txt
	@echo 'Setting up .venv: some minutes the first time'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mtqe needs Python 3.11 or newer; run make PYTHON=...")'
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --quiet $(if $(EXTRA_INDEX_URL),--extra-index-url $(EXTRA_INDEX_URL)) \
		--constraint constraints.txt --editable '.[hub,offline,test,web,zst]'
	touch $@

clean:
	rm -rf .venv reports/frontline
