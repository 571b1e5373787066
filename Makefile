# Short names for the sections of .ci/run, which does the work.

.PHONY: all ci test race lint api fuzz bench checkout modules integration service

all: lint test

ci:
	.ci/run

test race fuzz bench checkout modules integration:
	.ci/run $@

lint:
	.ci/run format tidy workspace api vet staticcheck vet386

# The exported names, after a change of them.
api:
	go run ./.ci/api

service:
	go run ./examples/service
