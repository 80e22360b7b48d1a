package contract

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

//go:embed template.yaml
var template string

// Template is a commented text to begin a contract with. It parses as it stands, so that only what differs needs to be written; what
// else can be agreed stands in it behind a #, without a space, and parses too when that is taken away.
func Template(name, client, agency string, start cal.Date) string {
	return strings.NewReplacer(
		"{{name}}", name,
		"{{client}}", quoted(client),
		"{{agency}}", quoted(agency),
		"{{start}}", start.String(),
	).Replace(template)
}

var plain = regexp.MustCompile(`^[\pL\pN][\pL\pN .,&'()-]*$`)

// quoted is a text as YAML reads it back.
func quoted(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return strconv.Quote(strings.ToValidUTF8(s, ""))
}

var versionLine = regexp.MustCompile(`(?m)^version:[ \t]*[0-9]+`)

// Amendment is the text of an accepted version with the number of the next one, to be edited.
func Amendment(source string, number int) string {
	at := versionLine.FindStringIndex(source)
	if at == nil {
		return source
	}
	return source[:at[0]] + fmt.Sprintf("version: %d", number) + source[at[1]:]
}
