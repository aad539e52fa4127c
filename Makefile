SHELL := bash
.DEFAULT_GOAL := help
PARALLEL = $(MAKE) --no-print-directory --keep-going -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help
help: ## list all targets
	@sed -n 's/^##@ /\n/p; s/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

##@ Environment

.PHONY: venv
venv: .venv/.complete ## create or update .venv, with $PYTHON and $ANSIBLE_CORE if they are set

LOCKS = $(wildcard requirements/*.txt requirements/2.16/*.txt)

.venv/.complete: $(LOCKS)
	@scripts/venv test tools $(if $(shell command -v java),eda)
	@touch .venv/.playable $@

# The packages that are needed to run playbooks against the simulator.
.venv/.playable: $(filter %/demo.txt,$(LOCKS))
	@scripts/venv demo
	@touch $@

# Locks the groups of packages in one folder, for one Python and newer ones. A package has the same version in all groups.
define lock
	@set -e; cd requirements; all=$$(mktemp); cat $(1)/*.txt >"$$all"; \
	compile() { "$(CURDIR)/.venv/bin/uv" pip compile --quiet --universal --no-header --no-annotate --python-version $(2) "$$@"; }; \
	compile $(if $(UPGRADE),--upgrade) --constraints $(1)/ansible.in *.in --output-file "$$all"; \
	for group in demo test eda tools uv; do \
	    compile --upgrade --generate-hashes --constraints "$$all" $$group.in --output-file $(1)/$$group.txt; \
	done; \
	rm "$$all"
endef

# The folder 2.16 has the locks with the oldest ansible-core; the others have the newest one that the Python supports.
.PHONY: lock
lock: venv ## lock the packages in requirements/*.in; UPGRADE=1 takes the newest versions
	$(call lock,.,3.11)
	$(call lock,2.16,3.10)

.PHONY: clean
clean: ## remove all generated files
	@[ ! -L .build ] || rm -rf "$$(readlink .build)"
	@rm -rf .build .venv .mypy_cache .pytest_cache .ruff_cache

##@ Use

.PHONY: demo
demo: .venv/.playable ## run playbooks/demo.yml twice against the simulator
	@scripts/with-simulator $(SHELL) -ec 'ansible-playbook playbooks/demo.yml; ansible-playbook playbooks/demo.yml'

.PHONY: simulator
simulator: .venv/.playable ## run the simulator until Ctrl-C, with the options in OPTIONS=…
	@scripts/with-simulator $(OPTIONS) --

.PHONY: probe
probe: .venv/.playable ## compare the vCenter of the VMWARE_ variables with docs/assumptions.md; WRITE=1 also creates tasks
	@WRITE=$(WRITE) PYTHONPATH=../../..:tests scripts/in-tree python -m ansible_collections.vijson.tasks.tests.probe "$(CURDIR)/vcenter-probe.md"

.PHONY: build
build: venv ## build the tarball and its bill of materials, check it with Galaxy's importer, and run the demo from it
	@scripts/check $@ "$(CURDIR)/scripts/build"

.PHONY: docs
docs: venv ## build the documentation website in .build/docs
	@mkdir -p .build/docs/rst && chmod og-w .build/docs/rst # antsibull-docs requires this
	@scripts/check $@ $(SHELL) -ec 'cd docs/docsite; pages=../../../../../docs; \
	    antsibull-docs --config-file antsibull-docs.cfg collection --use-current --squash-hierarchy --fail-on-error \
	        --cleanup everything --dest-dir $$pages/rst vijson.tasks; \
	    sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --conf-dir . $$pages/rst $$pages/html; \
	    if grep --recursive "install vijson\.tasks\|galaxy\.ansible\.com" $$pages/rst; then \
	        echo "These pages name Ansible Galaxy, which does not have the collection." >&2; exit 1; \
	    fi'
	@echo "Built .build/docs/html/index.html"

.PHONY: changelog
changelog: venv ## move the fragments to CHANGELOG.rst, for the version in galaxy.yml
	@PATH="$(CURDIR)/.venv/bin:$$PATH" ANSIBLE_HOME="$(CURDIR)/.build/home/.ansible" antsibull-changelog release

##@ Tests

.PHONY: test
test: venv ## run all checks, two at a time, longest first, and print the number of tests
	@rm -rf .build/results
	@code=0; $(PARALLEL) e2e sanity robustness units faults quirks molecule simulator-tests build lint docs || code=$$?; scripts/check --total && exit $$code

.PHONY: bench
bench: venv ## run the benchmarks and write docs/benchmarks.md
	@PYTHONPATH=../../.. scripts/in-tree python -m ansible_collections.vijson.tasks.tests.bench "$(CURDIR)/docs/benchmarks.md"

.PHONY: units
units: venv ## run the unit tests and the checks of the structure
	@scripts/check $@ pytest -n 4 --dist worksteal tests/unit tests/architecture

.PHONY: fuzz
fuzz: venv ## run the property-based tests with more than 20,000 values each
	@HYPOTHESIS_PROFILE=fuzz scripts/check $@ pytest -n 2 --dist worksteal tests/unit tests/robustness -k fuzz

.PHONY: simulator-tests
simulator-tests: venv ## run the tests of the simulator
	@scripts/check $@ pytest tests/simulator_tests

.PHONY: e2e
e2e: venv ## run the end-to-end tests: real playbooks and modules against the simulator
	@scripts/check $@ pytest -n 3 --dist worksteal tests/e2e

# What waits, gets signals, or shares a session, with more processes than processors.
TIMED = $(addprefix tests/e2e/test_,callback.py event_source.py interrupts.py session.py shared_session.py task_wait.py)

.PHONY: test-timing
test-timing: venv ## run the tests that depend on time 20 times under full load; ROUNDS=… runs them more or less often
	@for round in $$(seq $(or $(ROUNDS),20)); do scripts/check timing-$$round pytest -q -n 6 --dist worksteal $(TIMED) || exit; done

.PHONY: faults
faults: venv ## run a sample of the fault-injection tests
	@scripts/check $@ pytest -n 2 tests/faults

.PHONY: test-faults
test-faults: venv ## run all fault-injection tests and write docs/faults.md
	@FAULTS=whole FAULTS_TABLE="$(CURDIR)/docs/faults.md" scripts/check $@ pytest -n 4 --dist worksteal tests/faults

.PHONY: mutants
mutants: venv ## change the code at 100 points, one at a time, and count the changes that the fast tests do not notice
	@PYTHONPATH=../../.. scripts/in-tree python -m ansible_collections.vijson.tasks.tests.mutants $(OPTIONS)

.PHONY: quirks
quirks: venv ## run all modules against servers that differ, one sample for each quirk; QUIRKS=whole for all
	@QUIRKS=$(QUIRKS) scripts/check $@ pytest -n 2 --dist worksteal tests/assumptions tests/probe

.PHONY: assumptions
assumptions: venv ## write docs/assumptions.md from the register of assumptions
	@PYTHONPATH=../../.. scripts/in-tree python -m ansible_collections.vijson.tasks.tests.assumptions "$(CURDIR)/docs/assumptions.md"

.PHONY: robustness
robustness: venv ## test restarts, signals, proxies, certificates, secrets, damaged responses, and some load
	@scripts/check $@ pytest -n 2 --dist worksteal tests/robustness

.PHONY: test-load
test-load: venv ## run all load tests and write docs/load.md
	@LOAD=whole LOAD_PAGE="$(CURDIR)/docs/load.md" scripts/check $@ pytest tests/robustness/test_load.py

FREE_PORT = .venv/bin/python -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'

# With the state of an earlier run, molecule would not create the simulator, so destroy that first.
.PHONY: molecule
molecule: venv ## run the scenarios in extensions/molecule against the simulator
	@SIMULATOR_PORT=$$($(FREE_PORT)) NO_COLOR=1 scripts/check $@ $(SHELL) -ec 'molecule destroy; molecule test --all'

.PHONY: sanity
sanity: venv ## run all tests of ansible-test sanity that need no container
	@scripts/check $@ "$(CURDIR)/scripts/ansible-test" sanity --local --color no

.PHONY: test-matrix
test-matrix: venv ## run units and e2e with the oldest and newest ansible-core, on each installed Python; ENDS=--ends does only two runs
	@rm -rf .build/results
	@code=0; scripts/matrix $(ENDS) || code=$$?; scripts/check --total && exit $$code

##@ Lint

LINTERS := ruff ruff-format mypy yamllint ansible-lint docs changelog workflow
PACKAGES := $(addprefix ansible_collections.vijson.tasks.,extensions plugins tests.architecture tests.assumptions tests.bench tests.e2e tests.faults tests.mutants tests.probe tests.robustness tests.support tests.unit) simulator simulator_tests

.PHONY: lint $(LINTERS:%=lint-%)
lint: $(LINTERS:%=lint-%) ## run all linters; lint-NAME runs one
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
format: venv ## format the Python files with ruff
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format
