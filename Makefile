# Spaniel. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# One flag set for every target: another one would compile DuckDB's binding again.
LDFLAGS := -X main.version=$(VERSION)
# What is hot, for the compiler: our own packages alone, or it would compile all others again.
PROFILE := $(CURDIR)/deploy/spaniel.pgo
GCFLAGS := spaniel/...=-pgoprofile=$(PROFILE)
FUZZTIME ?= 5s
# Random tests begin with this seed, so that what passed passes again; SEED=0 draws one.
SEED    ?= 20261127
export RAPID_SEED = $(SEED)
export SPANIEL_SHARED ?= $(abspath $(CURDIR)/../shared)

# timed runs a command and prints how long it took.
define timed
	@start=$$(date +%s); echo "== $(1)"; $(2); echo "== $(1): $$(( $$(date +%s) - start )) s"
endef

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: deps
deps: ## install what the build needs and is missing (a C compiler, libpcap headers)
	@./deploy/deps.sh build

.PHONY: build
build: deps ## build bin/spaniel
	$(call timed,build,$(GO) build -ldflags '$(LDFLAGS)' -gcflags '$(GCFLAGS)' -o bin/spaniel ./cmd/spaniel)

# Debian's versions begin with a digit and sort; a commit alone is before any release.
DEBVERSION = $(if $(filter v%,$(VERSION)),$(patsubst v%,%,$(VERSION)),0.0.0~git.$(subst -,.,$(VERSION)))

.PHONY: deb
deb: build ## the Debian package, in bin/ (nfpm, from the module proxy)
	@./bin/spaniel config schema >bin/config.json
	GOARCH=$$($(GO) env GOARCH) VERSION=$(DEBVERSION) $(GO) run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.41.3 package -f deploy/package/nfpm.yaml -p deb -t bin/spaniel.deb

.PHONY: profile
profile: deps ## measure anew what is hot, for `make build`
	@dir=$$(mktemp -d); trap 'rm -r "$$dir"' EXIT; export GODEBUG=asyncpreemptoff=1; \
	$(GO) test -trimpath ./cmd/spaniel -run '^$$' -bench 'Read/no' -benchtime 250x -cpuprofile "$$dir/quick.prof" -o "$$dir/test"; \
	$(GO) test -trimpath ./cmd/spaniel -run '^$$' -bench 'Read/shipped' -benchtime 30x -cpuprofile "$$dir/rules.prof" -o "$$dir/test"; \
	$(GO) tool pprof -proto "$$dir/quick.prof" "$$dir/rules.prof" >$(PROFILE)

.PHONY: demo
demo: build ## replay the bundled capture: calls, endpoints, alerts, two queries; no root, no server
	@./bin/spaniel demo

.PHONY: test
test: deps ## the tests, with 100,000 random variants of captures
	$(call timed,test,SPANIEL_VARIANTS=100000 $(GO) test -timeout 90m ./...)

# DuckDB's Go binding trips the detector's pointer check in its own code.
.PHONY: race
race: deps ## the tests under the race detector, with fewer random variants
	$(call timed,race,$(GO) test -race -gcflags='github.com/duckdb/duckdb-go/v2/...=-d=checkptr=0' -timeout 90m ./...)

.PHONY: vet
vet: deps ## go vet and gofmt
	$(call timed,vet,test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); false; }; $(GO) vet ./...)

.PHONY: lint
lint: deps ## staticcheck
	$(call timed,lint,$(GO) tool staticcheck ./...)

.PHONY: law
law: ## the import law and the documentation of exported names
	$(call timed,law,$(GO) test -count=1 ./internal/deps)

.PHONY: rules
rules: deps ## the tests inside the rules
	$(call timed,rules,$(GO) test -count=1 ./internal/sensor -run 'TestShippedRules')

.PHONY: golden
golden: deps ## every capture under $SPANIEL_SHARED: calls found against calls expected
	$(call timed,golden,$(GO) test -count=1 ./internal/golden -v -run TestCaptures | grep -E '^ +golden|^(---|ok|FAIL|PASS)|found')

.PHONY: fuzz
fuzz: deps ## each fuzz target for FUZZTIME (its seeds run in `make test`)
	$(call timed,fuzz,./deploy/fuzz.sh $(FUZZTIME))

.PHONY: fuzz-long
fuzz-long: deps ## one fuzz target for long: make fuzz-long TARGET=FuzzConn TIME=10m
	@./deploy/fuzz.sh $(or $(TIME),10m) $(TARGET)

.PHONY: flood
flood: ## ten million spoofed sources against the windows of rules (`make test` has a million)
	$(call timed,flood,SPANIEL_LONG=1 $(GO) test -count=1 ./detect/window -run 'TestSlowAmongSpoofed')

.PHONY: soak
soak: ## the sensor on a wire for twenty minutes (FOR=2m for another time): does it grow?
	$(call timed,soak,SPANIEL_SOAK=$(or $(FOR),20m) $(GO) test -count=1 -timeout 2h -v -run 'TestSoak$$' ./cmd/spaniel | grep -E '^(---|ok|FAIL)|_test.go:')

.PHONY: variants
variants: deps ## a million random variants of captures, and new ones each time (N= for another number)
	$(call timed,variants,RAPID_SEED=0 SPANIEL_VARIANTS=$(or $(N),1000000) $(GO) test -count=1 -timeout 2h -v -run 'Variants|LossInvents|LossesInvent' ./decode ./internal/sensor | grep -E '^(---|ok|FAIL)|_test.go:.*(variants|calls are)')

# What tests ask for a second opinion, and skip where it is missing.
.PHONY: opinions
opinions: ## install Node, whose HTTP parser the tests compare with
	@./deploy/deps.sh check

.PHONY: charts
charts: ## what Helm, Kubernetes and Compose make of deploy/
	$(call timed,charts,cd deploy/check && $(GO) test -count=1 .)

.PHONY: deploy
deploy: deb ## what Helm, Kubernetes, Compose and Debian make of deploy/: charts rendered, the package in a root of its own (minutes)
	@./deploy/deps.sh deploy
	$(call timed,deploy,cd deploy/check && SPANIEL_DEB=$(CURDIR)/bin/spaniel.deb $(GO) test -count=1 -timeout 30m -v . | grep -vE '^=== ')

.PHONY: check
check: opinions vet lint law race rules golden fuzz ## what CI runs besides `test` and `integration`

.PHONY: integration
integration: build charts ## real Kafka, ClickHouse, OpenSearch and rsyslog on loopback, started and stopped by the tests; real tools against small servers; deploy/ by the code of Helm, Kubernetes and Compose
	@./deploy/deps.sh integration
	$(call timed,integration,$(GO) test -count=1 -tags integration -timeout 90m -v ./internal/integration | grep -vE '^=== (RUN|PAUSE|CONT)')

# `make integration` has 100 crashes and an outage of 20 s.
.PHONY: chaos
chaos: build ## kill -9 the sensor N times (1000) under load, and Kafka and ClickHouse for OUTAGE seconds (3600): nothing lost, nothing doubled; 100,000 lives of a spool (hours)
	@./deploy/deps.sh integration
	$(call timed,model,$(GO) test -count=1 -timeout 1h ./sinks/spool -run 'TestModel' -rapid.checks=100000)
	$(call timed,chaos,SPANIEL_CRASHES=$(or $(N),1000) SPANIEL_OUTAGE=$(or $(OUTAGE),3600) $(GO) test -count=1 -tags integration -timeout 5h -v -run 'TestCrash|TestOutage' ./internal/integration | grep -vE '^=== (RUN|PAUSE|CONT)')

.PHONY: bench
bench: build ## CPU, memory and calls found, beside gopacket + net/http (sinks: bench-delivery); BENCH='-rounds 1 -shrink 10' for a quick look
	$(call timed,bench,$(GO) run ./bench $(BENCH))

.PHONY: rates
rates: ## packets at growing rates, FOR=10s each, to the sensor, to a capture alone and to tcpdump, by turns: what each drops and costs
	@./deploy/deps.sh bench
	$(call timed,rates,SPANIEL_RATES=$(or $(FOR),10s) $(GO) test -count=1 -timeout 1h -v -run 'TestRates$$' ./cmd/spaniel | grep -E '^(---|ok|FAIL)|_test.go:')

.PHONY: bench-delivery
bench-delivery: ## what sinks cost beside ch-go and franz-go, with real servers; lines encoded, records spooled and stored
	@./deploy/deps.sh integration
	$(GO) test -run '^$$' -bench 'CallLine|Append|Write' ./sinks/encode ./sinks/spool ./sinks/store
	$(call timed,bench-delivery,SPANIEL_SPEED=1 $(GO) test -count=1 -tags integration -run TestSpeed -v ./internal/integration | grep -E 'speed_test|^(---|ok|FAIL)')

.PHONY: accuracy
accuracy: ## labelled attacks and benign calls: what is found and alarmed about, beside Coraza with the Core Rule Set (minutes; ACCURACY=-peers=false without)
	$(call timed,accuracy,$(GO) run -gcflags '$(GCFLAGS)' ./bench/accuracy -peers $(ACCURACY))
