# make test is the one that matters; make help lists the rest.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT   ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null)
FUZZTIME ?= 10s

# How many readers "make chaos" has.
READERS  ?= 400000

# Packages to test, such as: make test PKG=./tips/...
PKG ?= ./...

.PHONY: help test race test-long deps build dist dist-check dist-elsewhere image lint vuln fmt fuzz bench bench-site microbench chaos interop clean

help: ## list the targets
	@grep -E '^[a-z-]+:.* ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.* ## /  make \1 \t/' | expand -t 16

test: deps ## all tests; installs what they need where it can
	@PKG='$(PKG)' scripts/test

race: ## the same with the race detector
	@scripts/setup-test-deps race
	@PKG='$(PKG)' scripts/test race

test-long: ## the tests that take too long for every time (files with the build tag "long")
	@scripts/setup-test-deps long
	@PKG='$(PKG)' scripts/test long

deps: ## install the servers, browser and fonts that the tests need
	@scripts/setup-test-deps

build: ## bin/dailytip
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)' -o bin/dailytip ./cmd/dailytip

dist: ## dist/: programs for Linux, .deb and .rpm packages, checksums, bill of materials
	@scripts/dist

dist-check: ## build dist/ twice and compare the bytes
	@scripts/dist check

dist-elsewhere: ## build and vet for macOS and Windows
	@scripts/dist elsewhere

image: dist ## the container image dailytip, of dist/container
	@scripts/image

lint: ## every check of the code's style
	@scripts/lint

vuln: ## look for known vulnerabilities that the program can reach (govulncheck)
	@scripts/vuln

fmt: ## format the code and apply go fix
	for pass in 1 2 3; do go fix ./...; done # one fix makes room for the next
	go tool gofumpt -w .

fuzz: ## each fuzz test for FUZZTIME (10s)
	@FUZZTIME='$(FUZZTIME)' PKG='$(PKG)' scripts/fuzz

bench: ## measure the engine beside others, check its targets, write docs/performance.md; takes an hour, such as BENCH='-only speed -rounds 5'
	go run ./bench -write docs/performance.md $(BENCH)

bench-site: ## measure all pages and the API while an edition goes out to a million readers, such as BENCH='-engine postgres -only "^/admin"'
	go run ./bench/site $(BENCH)

microbench: ## the benchmarks of single functions, with allocations
	go test -run '^$$' -bench . -benchmem $(PKG)

chaos: deps ## kill everything at random while 400,000 mails go out; takes hours. With the race detector: READERS=20000 CHAOS=-race-daemon
	go test -tags long -count=1 -timeout 6h -v ./test/chaos -args -readers '$(READERS)' -kills 20 -long $(CHAOS)

interop: deps ## send 10,000 mails each through Postfix, Exim and OpenSMTPD; needs Debian and root, downloads the packages
	go test -tags interop -count=1 -timeout 1h -v ./test/interop -args -mails 10000

clean: ## remove what was built
	rm -rf bin dist
