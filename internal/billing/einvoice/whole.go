package einvoice

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/invopop/gobl/c14n"
	"github.com/invopop/gobl/dsig"
)

// Whole reports whether the document of an envelope gives the digest that stands in its head. Whoever changes both is not found by it.
func Whole(envelope []byte) error {
	var e struct {
		Head struct {
			Digest *dsig.Digest `json:"dig"`
		} `json:"head"`
		Doc json.RawMessage `json:"doc"`
	}
	if err := json.Unmarshal(envelope, &e); err != nil || e.Head.Digest == nil {
		return fmt.Errorf("its GOBL document cannot be read")
	}
	canonical, err := c14n.CanonicalJSON(bytes.NewReader(e.Doc))
	if err != nil {
		return fmt.Errorf("its GOBL document cannot be read: %w", err)
	}
	if digest := dsig.NewSHA256Digest(canonical); *digest != *e.Head.Digest {
		return fmt.Errorf("its GOBL document gives the digest %s, and %s stands in its head", digest.Value, e.Head.Digest.Value)
	}
	return nil
}
