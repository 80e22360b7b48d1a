// Command ofrecord runs the agency-of-record relationship: contracts, evidence, statements.
package main

import (
	"os"
	_ "time/tzdata" // contracts name zones, and a bare machine may not have them

	"github.com/ofrecord/ofrecord/internal/app"
)

func main() {
	os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
