package gallery_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/gallery"
)

// browserContext starts a headless browser, or skips where there is none.
func browserContext(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the browser is missing: install chromium")
		}
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	alloc, stopAlloc := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stopAlloc)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

type inspection struct {
	Faults []string `json:"faults"`
	Lowest float64  `json:"lowest"`
}

// TestGalleryIsReadable looks at each page as people do: both themes, wide and narrow. With OFRECORD_SHOTS set to a
// folder it leaves a picture of each there.
func TestGalleryIsReadable(t *testing.T) {
	inspect, err := os.ReadFile("testdata/inspect.js")
	if err != nil {
		t.Fatal(err)
	}
	g := &web.Registry{}
	gallery.Register(g)
	server := httptest.NewServer(web.New(web.Options{Frame: gallery.Frame}, g))
	t.Cleanup(server.Close)
	ctx := browserContext(t)
	for _, route := range g.Routes() {
		if route.Method != "GET" || route.Pattern == "/gallery/progress" {
			continue // no whole page
		}
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{1440, 390} {
				name := fmt.Sprintf("%s-%s-%d", filepath.Base(route.Pattern), scheme, width)
				t.Run(name, func(t *testing.T) {
					got := look(ctx, t, server.URL+route.Pattern, scheme, width, string(inspect))
					for _, f := range got.Faults {
						t.Error(f)
					}
					t.Logf("lowest contrast %.2f", got.Lowest)
					picture(ctx, t, name)
				})
			}
		}
	}
}

// TestComfortsWork uses what app.js adds: the check while typing, progress, filters that submit themselves, copy.
func TestComfortsWork(t *testing.T) {
	g := &web.Registry{}
	gallery.Register(g)
	server := httptest.NewServer(web.New(web.Options{Frame: gallery.Frame}, g))
	t.Cleanup(server.Close)
	ctx := browserContext(t)
	for _, c := range []struct{ name, page, act, until string }{
		{"check of what is there", "contract", ``, `document.querySelector(".check-result").innerText.includes("who approves overage")`},
		{"check while typing", "contract", `const a = document.querySelector("textarea"); a.value += "approval: before-work"; a.dispatchEvent(new Event("input", {bubbles: true}))`,
			`document.querySelector(".check-result").innerText.includes("Nothing to mend")`},
		{"progress ends", "words", ``, `document.querySelector(".progress").innerText.includes("31,000 rows imported") && !document.querySelector("[data-poll]")`},
		{"filter submits itself", "deals", `const s = document.querySelector("select[name=state]"); s.value = "held"; s.dispatchEvent(new Event("change", {bubbles: true}))`,
			`location.search === "?state=held"`},
		{"copy is offered", "words", ``, `!document.querySelector("[data-copy]").hidden`},
		{"faults have the focus", "form", ``, `document.activeElement.matches("[role=alert]")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/gallery/"+c.page)); err != nil {
				t.Fatal(err)
			}
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void]("(() => {"+c.act+"})()")); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(8 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				met, err := chromedp.Run(ctx, chromedp.Evaluate[bool](c.until))
				if err == nil && met {
					return
				}
				if time.Now().After(end) {
					t.Fatalf("not within 8 seconds: %s (%v)", c.until, err)
				}
			}
		})
	}
}

func look(ctx context.Context, t *testing.T, address, scheme string, width int64, inspect string) inspection {
	t.Helper()
	listen, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	messages := chromedp.Console(listen)
	media := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
	if err := chromedp.Do(ctx, media, chromedp.EmulateViewport(width, 1000), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[inspection](inspect))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`console.log("end of page")`)); err != nil {
		t.Fatal(err)
	}
	for m, err := range messages {
		if err != nil {
			t.Fatal(err)
		}
		if m.Text == "end of page" {
			break
		}
		if m.Type == chromedp.ConsoleError || m.IsException() {
			if filepath.Base(address) != "failure" { // the browser reports that page's own status
				t.Errorf("console: %s", m)
			}
		}
	}
	return got
}

func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("OFRECORD_SHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
