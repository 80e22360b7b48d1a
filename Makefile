# What a person runs: make build, make test, make check. What CI runs: .ci/run.
export CGO_ENABLED = 0

.PHONY: build test check bench generate

build:
	go build -trimpath -ldflags '-s -w' -o ofrecord ./cmd/ofrecord

# One throw-away PostgreSQL for all test binaries; it goes when the tests end, however they end.
test:
	@scripts/install-test-needs
	@scripts/test ./...

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
