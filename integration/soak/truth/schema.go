package truth

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Schema says what the slots of a service mean.
type Schema struct {
	Service    string
	Generation int // counts the restarts
	Slots      int // how many there are
	Drivers    []Driver
}

// Driver is one of a service's drivers, as the test sees it.
type Driver struct {
	Name    string
	Mark    string // the series that shows the number of the flush
	Figures []Figure
}

// Figure is a number that a driver shows: the sum of all series of a name.
type Figure struct {
	Series   string
	Slot     int
	Scale    float64 // of one in the slot
	Optional bool    // may be hidden, as what is idle is
}

const schemaFile = "schema.json"

// WriteSchema writes the schema into the service's folder.
func WriteSchema(folder string, s Schema) error {
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	// Under another name first, since the test may read at any time.
	path := filepath.Join(folder, schemaFile)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ReadSchema reads what WriteSchema wrote.
func ReadSchema(folder string) (s Schema, err error) {
	text, err := os.ReadFile(filepath.Join(folder, schemaFile))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}
