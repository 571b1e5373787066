package migrate

import (
	"maps"
	"regexp"
	"testing"
)

// metricTests are Sarama's tests of its metrics, those of the traffic with a mock
// broker among them.
const metricTests = "Metric|GetOrRegister|SimpleBrokerCommunication|ExampleConfig"

func TestSarama(t *testing.T) {
	t.Parallel()
	const module, version = "github.com/IBM/sarama", "v1.61.1"
	if errors := exchange(t, fetch(t, module, version), "."); errors != 23 {
		t.Errorf("exchanging the import gives %d compile errors, 23 are known", errors)
	}

	folder := fetch(t, module, version)
	edits := migrate(t, folder)
	if want := map[string]int{"import": 25, "nil": 23, "name": 40, "wrapper": 1}; !maps.Equal(edits, want) {
		t.Errorf("edits are %v, want %v", edits, want)
	}
	mustRun(t, folder, "go", "build", "./...")
	mustRun(t, folder, "go", "vet", "-tags", "functional", ".") // three files that the build leaves out
	output := mustRun(t, folder, "go", "test", "-count=1", "-v", "-run", metricTests, ".")
	passed := regexp.MustCompile(`(?m)^--- PASS: \S+`).FindAllString(output, -1)
	t.Logf("Sarama's own tests: %d passed: %v", len(passed), passed)
	if len(passed) < 5 {
		t.Errorf("hardly any test ran:\n%s", output)
	}
}
