package gallery_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/gallery"
)

// shapes counts, for each chart of the page, the drawn shapes in the colour of its first series.
const shapes = `[...document.querySelectorAll("figure.chart")].map(f => {
	const ink = getComputedStyle(f.querySelector(".chart-key svg")).color, of = (e) => e.getAttribute("fill");
	const same = (c) => { const p = document.createElement("i"); p.style.color = c; document.body.append(p); const rgb = getComputedStyle(p).color; p.remove(); return rgb === ink; };
	return f.dataset.chart && !f.hidden ? [...f.querySelectorAll(".chart-drawing svg path")].filter(e => of(e) && of(e) !== "none" && of(e) !== "transparent" && same(of(e))).length : -1; })`

// chartsPage opens the charts of the gallery in a theme.
func chartsPage(t *testing.T, scheme string) context.Context {
	t.Helper()
	g := &web.Registry{}
	gallery.Register(g)
	server := httptest.NewServer(web.New(web.Options{Frame: gallery.Frame}, g))
	t.Cleanup(server.Close)
	ctx := browserContext(t)
	if err := chromedp.Do(ctx, media("prefers-color-scheme", scheme), chromedp.EmulateViewport(1280, 1000), chromedp.Navigate(server.URL+"/gallery/charts")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func media(feature, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}})
		return err
	})
}

func evaluate[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.80s: %v", expression, err)
	}
	return v
}

func TestChartsDrawEachValue(t *testing.T) {
	ctx := chartsPage(t, "light")
	if got := fmt.Sprint(evaluate[[]int](ctx, t, shapes)); got != "[4 4 4 4]" {
		t.Errorf("the charts show %s values of their first series, and have four each", got)
	}
}

func TestChartTellsTheFiguresOfItsTable(t *testing.T) {
	ctx := chartsPage(t, "light")
	// Given the pointer over December 2025, the second of four columns.
	at := evaluate[[]float64](ctx, t, `(() => { const r = document.querySelector(".chart-columns .chart-drawing").getBoundingClientRect(); return [r.left + r.width * 0.42, r.top + r.height / 2]; })()`)
	move := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at[0], Y: at[1]})
		return err
	})
	if err := chromedp.Do(ctx, move); err != nil {
		t.Fatal(err)
	}
	// Then the tip writes what the table writes.
	tip := evaluate[string](ctx, t, `new Promise(r => setTimeout(r, 300)).then(() => document.querySelector(".chart-columns .chart-drawing svg").textContent)`)
	for _, want := range []string{"December 2025", "Credit   376,167.29", "Spend   −14,709.52", "Fee   17,255.85"} {
		if !strings.Contains(tip, want) {
			t.Errorf("the tip lacks %q: %s", want, tip)
		}
	}
}

// The colours that are counted are those of the theme that is on, so a chart that kept the other's shows nothing in them.
func TestChartsFollowTheTheme(t *testing.T) {
	ctx := chartsPage(t, "light")
	if err := chromedp.Do(ctx, media("prefers-color-scheme", "dark")); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(evaluate[[]int](ctx, t, `new Promise(r => setTimeout(r, 300)).then(() => `+shapes+`)`)); got != "[4 4 4 4]" {
		t.Errorf("after the theme has changed the charts show %s values in its colours", got)
	}
}
