# make demo       from nothing to a trained model on the sample: installs, builds, converts, validates, trains, evaluates
# make test       installs, builds and runs all tests
# make build      the optimised binaries in .build/release
# make dist       an archive, a wheel and a Debian package for machines without Swift, in dist/ (docs/installing.md)
# make docs       writes the documentation of the library modules into .build/docs
# make benchmark  measures the engine against this machine (docs/performance.md); STORES="a.h5 b.h5" adds whole runs, PYTHON=python3 PyTorch's
# make clean      removes what the demo wrote

DEMO := .build/demo
VUEMO := .build/release/vuemo
SWIFT_SOURCES := Package.swift Plugins Sources Tests converters Benchmarks/Package.swift Benchmarks/Sources

# make lint     the form of the sources, as `make test` demands it; `make format` puts the Swift ones right (.swift-format)
lint:
	flake8 --select=E4,E7,E9,F converters Sources
	swift format lint --strict --recursive --parallel $(SWIFT_SOURCES)

format:
	swift format --in-place --recursive --parallel $(SWIFT_SOURCES)

.PHONY: demo dist test test-aarch64 test-functions test-python test-attacks test-kill lint format docs sanitize build dependencies sample fuzz fuzz-commands benchmark clean

build: dependencies
	swift build -c release --product vuemo
	swift build -c release --product vuemo-convert

dependencies:
	@scripts/install-dependencies

dist: dependencies
	@scripts/install-dependencies build-essential
	scripts/dist

test: dependencies lint
	scripts/check-imports
	swift build --build-tests
	swift test --skip-build --disable-xctest
	python3 -B -m unittest discover -t converters -s converters/tests

docs: dependencies
	@scripts/write-api-docs

# make test-python   the Python package: its form, its types and its tests, in a virtual environment in .build (TORCH=1 with PyTorch)
PYTHON_TOOLS := .build/python-tools/bin
test-python:
	@echo "Installing with pip into .build/python-tools: h5py, numpy, pytest, mypy, ruff$(if $(TORCH), and torch)"
	python3 -m venv .build/python-tools
	$(PYTHON_TOOLS)/pip install --quiet 'h5py>=3.7' 'numpy>=1.21' 'pytest>=7' mypy ruff $(if $(TORCH),torch)
	cd python && ../$(PYTHON_TOOLS)/ruff check . && ../$(PYTHON_TOOLS)/ruff format --check src tests && ../$(PYTHON_TOOLS)/mypy
	$(PYTHON_TOOLS)/python -m pytest -q -p no:cacheprovider python

# make fuzz   cuts pickles of every layout at every byte and mutates them for a while; SECONDS=600 SEED=2 make fuzz
fuzz:
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=converters:data python3 Tests/PickleConversionTests/Generator/damage_checks.py
	python3 Tests/PickleConversionTests/Generator/fuzz_pickles.py --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1)

# make fuzz-commands   the same for stores, tables and run folders, through the built program
FUZZED := .build/fuzzed
fuzz-commands: build
	rm -rf $(FUZZED)
	$(VUEMO) train Tests/Stores/1.1.0.h5 --epochs 2 --set model.hiddenSize=8 --output $(FUZZED)/run --quiet >/dev/null
	python3 Tests/Fuzz/fuzz_commands.py --vuemo $(VUEMO) --store Tests/Stores/1.1.0.h5 --run $(FUZZED)/run \
	    --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1) --keep $(FUZZED)/escaped

# make test-attacks   every command over every hostile input, of which `make test` runs an eighteenth
test-attacks:
	swift build --build-tests
	VUEMO_ATTACK=all swift test --skip-build --disable-xctest --filter '^CommandLineTests\.Attack'

# make test-aarch64   the kernels for 64-bit ARM, under qemu
test-aarch64:
	scripts/test-aarch64

# make test-functions   the kernels' exp, sigmoid, tanh and erf at every float32
test-functions:
	@mkdir -p .build
	clang -O3 -march=native -fno-math-errno -fno-trapping-math -ISources/CMultiversion/include \
	    Tests/CKernelChecks/alone/functions.c -o .build/functions -lm
	.build/functions

# make test-kill   kills each command at 50 random moments and looks at what it leaves (KILLS=5 SEED=2 for others)
test-kill: build
	scripts/check-kills --kills $(or $(KILLS),50) --seed $(or $(SEED),1)

# make sanitize   the whole test suite under the thread, the address and the undefined-behaviour sanitizer, one after the other
#                 (hours on two cores; SANITIZERS=thread for one, FILTER=TrainingTests for some tests)
sanitize: dependencies
	for sanitizer in $(or $(SANITIZERS),thread address undefined); do \
	    scripts/sanitize $$sanitizer $(FILTER) || exit 1; \
	done

sample:
	python3 data/make_sample.py $(DEMO)/pickles

demo: build sample
	rm -rf $(DEMO)/run $(DEMO)/iemocap.h5
	$(VUEMO) convert iemocap --features $(DEMO)/pickles/IEMOCAP_features.pkl \
	    --roberta $(DEMO)/pickles/iemocap_features_roberta.pkl -o $(DEMO)/iemocap.h5
	$(VUEMO) validate $(DEMO)/iemocap.h5
	$(VUEMO) train $(DEMO)/iemocap.h5 --epochs 10 --batch-size 4 --output $(DEMO)/run
	$(VUEMO) evaluate $(DEMO)/run

BENCHMARKS := .build-benchmarks/release/vuemo-benchmarks

benchmark: dependencies
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product vuemo-benchmarks
	$(BENCHMARKS)
ifdef STORES
	swift build -c release --product vuemo
	$(BENCHMARKS) epochs $(STORES) --vuemo $(VUEMO) $(if $(PYTHON),--python $(PYTHON))
endif

clean:
	rm -rf $(DEMO)
