package gallery

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/web"
)

func TestServeGallery(t *testing.T) {
	addr := os.Getenv("OFRECORD_GALLERY")
	if addr == "" {
		t.Skip("OFRECORD_GALLERY is not set: give an address to look at the gallery, such as 127.0.0.1:8099")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	g := &web.Registry{}
	Register(g)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	if err := web.New(web.Options{Frame: Frame}, g).Serve(ctx, l); err != nil {
		t.Fatal(err)
	}
}
