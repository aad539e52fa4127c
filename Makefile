SHELL := bash
.DEFAULT_GOAL := help
PARALLEL = $(MAKE) --no-print-directory --keep-going -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
SUMMARY = .venv/bin/python scripts/summary.py .build/results

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

##@ Environment

.PHONY: venv
venv: .venv/.complete ## make or update .venv, with $PYTHON if that is set

.venv/.complete: $(wildcard requirements/*.txt)
	@scripts/venv $(addprefix -r ,$(filter-out $(if $(shell command -v java),,requirements/eda.txt),$^))
	@touch .venv/.playable $@

# enough to run playbooks against the simulator
.venv/.playable: requirements/ansible.txt requirements/runtime.txt requirements/simulator.txt
	@scripts/venv $(^:%=-r %)
	@touch $@

.PHONY: clean
clean: ## remove everything that was made here
	@scripts/clean

##@ Use

.PHONY: demo
demo: .venv/.playable ## run playbooks/demo.yml twice against a simulated vCenter
	@scripts/with-simulator $(SHELL) -ec 'ansible-playbook playbooks/demo.yml; ansible-playbook playbooks/demo.yml'

.PHONY: simulator
simulator: .venv/.playable ## keep a simulated vCenter running, with $(OPTIONS), until Ctrl-C
	@scripts/with-simulator $(OPTIONS) --

.PHONY: build
build: venv ## make the tarball, let Galaxy's importer check it, install it into an empty place and run the demo from there
	@scripts/check $@ "$(CURDIR)/scripts/build"

.PHONY: docs
docs: venv ## build the documentation site in .build/docs
	@scripts/check $@ "$(CURDIR)/scripts/docs"

.PHONY: changelog
changelog: venv ## turn the fragments into CHANGELOG.rst, for the version in galaxy.yml
	@PATH="$(CURDIR)/.venv/bin:$$PATH" ANSIBLE_HOME="$(CURDIR)/.build/home/.ansible" antsibull-changelog release

##@ Tests

.PHONY: test
test: venv ## everything below, two at a time, and a count at the end
	@rm -rf .build/results
	@code=0; $(PARALLEL) e2e sanity robustness faults units simulator-tests molecule docs build lint || code=$$?; $(SUMMARY) && exit $$code

.PHONY: bench
bench: venv ## measure beside ping and naive counterparts, and write docs/benchmarks.md
	@PYTHONPATH=../../.. scripts/in-tree python -m ansible_collections.vijson.tasks.tests.bench "$(CURDIR)/docs/benchmarks.md"

.PHONY: units
units: venv ## unit tests
	@scripts/check $@ pytest tests/unit

.PHONY: fuzz
fuzz: venv ## what unit tests try with a few values, with more than 20,000
	@HYPOTHESIS_PROFILE=fuzz scripts/check $@ pytest -n 2 --dist worksteal tests/unit tests/robustness -k fuzz

.PHONY: simulator-tests
simulator-tests: venv ## the simulator's own tests
	@scripts/check $@ pytest tests/simulator_tests

.PHONY: e2e
e2e: venv ## real playbooks and modules against the simulator
	@scripts/check $@ pytest -n 2 --dist worksteal tests/e2e

.PHONY: faults
faults: venv ## a sample of: every request of every module, damaged in every way
	@scripts/check $@ pytest -n 2 tests/faults

.PHONY: test-faults
test-faults: venv ## all of them, and write docs/faults.md
	@FAULTS=whole FAULTS_TABLE="$(CURDIR)/docs/faults.md" scripts/check $@ pytest tests/faults

.PHONY: robustness
robustness: venv ## restarts, signals, proxies, certificates, secrets, damaged answers, and some load
	@scripts/check $@ pytest -n 2 --dist worksteal tests/robustness

.PHONY: test-load
test-load: venv ## all of the load, and write docs/load.md
	@LOAD=whole LOAD_PAGE="$(CURDIR)/docs/load.md" scripts/check $@ pytest tests/robustness/test_load.py

.PHONY: molecule
molecule: venv ## scenarios of extensions/molecule on the simulator
	@scripts/check $@ "$(CURDIR)/scripts/molecule"

.PHONY: sanity
sanity: venv ## ansible-test sanity, every test of it that needs no container
	@scripts/check $@ "$(CURDIR)/scripts/ansible-test" sanity --local --color no

.PHONY: test-matrix
test-matrix: venv ## units and e2e with the oldest and newest ansible-core, on the Pythons that are here; ENDS=--ends for two only
	@rm -rf .build/results
	@code=0; scripts/matrix $(ENDS) || code=$$?; $(SUMMARY) && exit $$code

##@ Lint

LINTERS := ruff ruff-format mypy yamllint ansible-lint docs changelog workflow
PACKAGES := $(addprefix ansible_collections.vijson.tasks.,extensions plugins scripts tests.architecture tests.bench tests.e2e tests.faults tests.robustness tests.support tests.unit) simulator simulator_tests

.PHONY: lint $(LINTERS:%=lint-%)
lint: $(LINTERS:%=lint-%) ## all linters; each one is a target lint-NAME too
$(LINTERS:%=lint-%): venv

lint-ruff:
	@scripts/check $@ ruff check
lint-ruff-format:
	@scripts/check $@ ruff format --check
lint-mypy:
	@scripts/check $@ mypy $(PACKAGES:%=-p %)
lint-yamllint:
	@scripts/check $@ yamllint --strict .
lint-ansible-lint:
	@scripts/check $@ ansible-lint --strict --nocolor
lint-docs:
	@scripts/check $@ antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self --check-extra-docs-refs .
lint-changelog:
	@scripts/check $@ antsibull-changelog lint
lint-workflow:
	@scripts/check $@ check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/test.yml

.PHONY: format
format: venv ## let ruff lay out the Python files
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format
