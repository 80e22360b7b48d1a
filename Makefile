# What a person runs: make build, make test, make check. What CI runs: .ci/run.
export CGO_ENABLED = 0

.PHONY: build test race check bench generate

build:
	go build -trimpath -ldflags '-s -w' -o ofrecord ./cmd/ofrecord

# One throw-away PostgreSQL for all test binaries; it goes when the tests end, however they end.
test:
	@scripts/install-test-needs
	@scripts/test -timeout 30m ./...

# What works side by side, under the detector of data races, which needs a C compiler.
race:
	CGO_ENABLED=1 go test -race ./internal/fees -rapid.checks=10
	@CGO_ENABLED=1 scripts/test -race ./internal/attribution/engine ./internal/attribution/paths ./internal/platform/background ./internal/platform/db

check:
	scripts/check-format
	go vet ./...
	go tool staticcheck ./...
	go test -run 'TestImport|TestAskingTheClock' ./internal/app
	scripts/check-generated
	scripts/check-vendor

bench:
	@scripts/install-test-needs
	@scripts/bench

generate:
	go generate ./...
	go tool templ generate
