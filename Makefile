# Everything that can be done with a checkout; `make` alone lists it. Needs a POSIX shell, git and Python >= 3.11.
#   PYTHON=python3.13   the interpreter       VENV=.venv   where the environment lies
#   PYTEST_ARGS='-k…'   more for pytest       GENLB_REQUIRE=kubectl   tiers whose skipped tests fail

PYTHON ?=
VENV ?= .venv
PYTEST_ARGS ?=
BENCH_ARGS ?=
UPGRADE ?=
OLDEST := 1.34

BIN := $(VENV)/bin
export PYTHON

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: environment ## validate and render every example cluster and show what came out
	@GENLB="$(abspath $(BIN))/genlb" scripts/demo.sh

.PHONY: test
test: lint ## everything that must hold: lint, then the tests
	@$(BIN)/pytest $(PYTEST_ARGS)

.PHONY: lint
lint: environment ## format, style, types and layers
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: environment ## put code into form and mend what can be mended
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

.PHONY: bench
bench: environment ## measure what is promised of speed and size, side by side with its peers
	@$(BIN)/python -m compileall -q genlb # as pip does with what it installs
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

.PHONY: kubectl
kubectl: ## build the kubectl of the tests (needs Go), kept in the user's cache folder
	@scripts/kube-build.sh kubectl

.PHONY: kube
kube: ## build the whole control plane of the tests (needs Go, minutes the first time)
	@scripts/kube-build.sh etcd kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubectl kwok \
		metallb-controller

.PHONY: nightly
nightly: environment kube ## the tests of the control plane against the oldest Kubernetes that they know
	@scripts/kube-build.sh kube-apiserver-$(OLDEST) >/dev/null
	@GENLB_REQUIRE=api GENLB_KUBERNETES=$(OLDEST) $(BIN)/pytest -m api $(PYTEST_ARGS)

.PHONY: environment
environment: ## make or refresh the virtual environment from requirements/dev.txt
	@scripts/environment.sh $(VENV) requirements/dev.txt --editable

.PHONY: lock
lock: ## write requirements/*.txt anew; UPGRADE=1 takes the newest versions
	@scripts/environment.sh build/tools requirements/tools.txt
	@scripts/lock.sh build/tools $(if $(UPGRADE),--upgrade)

.PHONY: dist
dist: ## make what is released: source archive, wheel, SBOM, checksums
	@scripts/environment.sh build/tools requirements/tools.txt
	@scripts/dist.sh build/tools

.PHONY: image
image: ## build the daemons' image (buildah or podman); BASE=packages where no registry can be reached
	@deploy/build-image.sh

.PHONY: clean
clean: ## remove caches and build output; the environment stays
	@rm -rf build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find genlb tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
