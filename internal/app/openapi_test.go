package app

import (
	"testing"

	partyui "github.com/ofrecord/ofrecord/internal/party/ui"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
)

// The document that programs read is a golden file: a change of the API shows in review. UPDATE_GOLDEN=1 writes it.
func TestOpenAPIDocumentIsFresh(t *testing.T) {
	p, _ := demoProgram(t)
	a := p.api(&partyui.Pages{Ops: p.Party})
	apitest.Check(t, a)
	apitest.Golden(t, a, "../../docs/openapi.json")
}
