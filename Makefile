# Short names for the sections of .ci/run, which does the work.

.PHONY: all ci test race lint fuzz bench modules integration service

all: lint test

ci:
	.ci/run

test race fuzz bench modules integration:
	.ci/run $@

lint:
	.ci/run format tidy vet staticcheck vet386

service:
	go run ./examples/service
