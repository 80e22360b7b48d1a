package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// page is a tab of somebody's own browser: nobody shares its cookies.
type page struct {
	t    testing.TB
	home *house
	ctx  context.Context

	mu     sync.Mutex
	faults []string
}

// patience is how long anything in a page may take on a busy machine.
const patience = 30 * time.Second

// chromium is the one browser process of this run.
var chromium struct {
	once sync.Once
	ctx  context.Context
	err  error
}

func startChromium(path string) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(filepath.Join(folder, "browser")),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	alloc, _ := chromedp.NewExecAllocator(context.Background(), options...)
	chromium.ctx, _ = chromedp.NewContext(alloc)
	chromium.err = chromedp.Do(chromium.ctx)
}

func stopChromium() {
	if chromium.ctx != nil {
		_ = chromedp.Cancel(chromium.ctx) // the tests have judged it by now
	}
}

// browse opens a tab of a new person. What the browser complains of fails the test.
func browse(t testing.TB, h *house) *page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		lacking(t, "no chromium")
	}
	chromium.once.Do(func() { startChromium(path) })
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	ctx, stop := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	p := &page{t: t, home: h, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			p.picture("failed")
		}
		stop()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, f := range p.faults {
			t.Errorf("browser: %s", f)
		}
	})
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	p.do("size", chromedp.EmulateViewport(1280, 900))
	return p
}

// hear notes what must not happen.
func (p *page) hear(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" && "http://"+u.Host != p.home.URL {
			p.fault("asks another host: %s", e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			p.fault("request failed: %s %s", e.ErrorText, e.BlockedReason)
		}
	case *runtime.EventExceptionThrown:
		p.fault("uncaught: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			p.fault("console error: %v", e.Args)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning || e.Entry.Source == log.EntrySourceSecurity {
			p.fault("%s %s: %s (%s)", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	}
}

func (p *page) fault(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

// do runs steps that must succeed.
func (p *page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v\nat %s", what, err, p.path())
	}
}

// eval gives the value of an expression in the page.
func eval[T any](p *page, expression string) T {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// lead runs steps that lead to another page, and gives its status.
func (p *page) lead(what string, steps ...chromedp.Action[chromedp.Void]) int64 {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	response, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		p.t.Fatalf("%s: %v\nat %s", what, err, p.path())
	}
	return int64(response.Status)
}

// open goes to an address of the house and wants a page there.
func (p *page) open(path string) {
	p.t.Helper()
	if status := p.lead("open "+path, chromedp.Navigate(p.home.URL+path)); status != http.StatusOK {
		p.t.Fatalf("%s: status %d\n%s", path, status, p.words())
	}
}

// signIn uses a sign-in link as a person does: open, look, press.
func (p *page) signIn(link string) {
	p.t.Helper()
	p.open(tokenPath(link))
	p.press("Sign in")
	if path := p.path(); strings.HasPrefix(path, "/sign-in") {
		p.t.Fatalf("not signed in: at %s\n%s", path, p.words())
	}
}

// press follows the link or presses the button with this text, and wants a page to come.
func (p *page) press(text string) {
	p.t.Helper()
	if status := p.lead("press "+text, chromedp.Click(seen("a[href], button, input[type=submit]", text))); status != http.StatusOK {
		p.t.Fatalf("press %s: status %d at %s\n%s", text, status, p.path(), p.words())
	}
}

// unfold opens what lies under the first visible summary, inside the element of the selector, that begins with this text.
func (p *page) unfold(within, text string) {
	p.t.Helper()
	quoted, _ := json.Marshal(text)
	p.do("unfold "+text, chromedp.Click(chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e => e.checkVisibility() &&
		e.innerText.trim().replace(/\s+/g, " ").startsWith(%s))`, within+" summary", quoted))))
}

// fill writes into the field under the label.
func (p *page) fill(label, value string) {
	p.t.Helper()
	p.do("fill "+label, chromedp.SetValue(labelled(label), value))
}

// selectOption chooses the option with this text in the list under the label.
func (p *page) selectOption(label, option string) {
	p.t.Helper()
	quoted, _ := json.Marshal(option)
	value := eval[string](p, fmt.Sprintf(`(() => {
		const o = [...(%s).options].find(o => o.text.trim().startsWith(%s));
		return o ? o.value : "no such option";
	})()`, labelled(label), quoted))
	p.fill(label, value)
}

// attach gives files to the field under the label.
func (p *page) attach(label string, files ...string) {
	p.t.Helper()
	p.do("attach "+label, chromedp.SetUploadFiles(labelled(label), files))
}

// seen is the first visible element of the selector with exactly this text.
func seen(selector, text string) chromedp.JSPath {
	quoted, _ := json.Marshal(text)
	return chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll(%q)].find(e => e.checkVisibility() &&
		(e.innerText || e.value || "").trim().replace(/\s+/g, " ") === %s)`, selector, quoted))
}

// labelled is the visible field whose label begins with the text.
func labelled(label string) chromedp.JSPath {
	quoted, _ := json.Marshal(label)
	return chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll("label")].filter(l => l.checkVisibility() &&
		l.innerText.trim().startsWith(%s)).map(l => l.control).find(c => c)`, quoted))
}

// words is the text that a person reads on the page.
func (p *page) words() string {
	p.t.Helper()
	words, err := p.glance()
	if err != nil {
		p.t.Fatal(err)
	}
	return words
}

// glance is the text of the page; an error when the page is just going.
func (p *page) glance() (string, error) {
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main")?.innerText ?? ""`))
}

// path is where the tab is.
func (p *page) path() string {
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	path, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname"))
	if err != nil {
		return err.Error()
	}
	return path
}

// reads waits until the page says the words.
func (p *page) reads(words ...string) {
	p.t.Helper()
	for _, each := range words {
		for limit := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
			text, err := p.glance()
			if strings.Contains(flat(text), each) {
				break
			}
			if time.Now().After(limit) {
				p.t.Fatalf("%s does not say %q but (%v):\n%s", p.path(), each, err, text)
			}
		}
	}
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// download presses a link to a file and gives the path of what arrived.
func (p *page) download(text string) string {
	p.t.Helper()
	dir := p.t.TempDir()
	id := chromedp.FromContext(p.ctx).BrowserContextID
	allow := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: id, DownloadPath: dir}
	if _, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, allow); err != nil {
		p.t.Fatal(err)
	}
	p.do("download "+text, chromedp.Click(seen("a[href]", text)))
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(dir, "*"))
		if err == nil && len(found) == 1 && !strings.HasSuffix(found[0], ".crdownload") {
			return found[0]
		}
	}
	p.t.Fatalf("%s did not arrive", text)
	return ""
}

// picture leaves a picture of the page in OFRECORD_SHOTS.
func (p *page) picture(name string) {
	dir := os.Getenv("OFRECORD_SHOTS")
	if dir == "" {
		return
	}
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(80))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "-")+"-"+name+".jpg"), png, 0o644)
	}
	if err != nil {
		p.t.Log(err)
	}
}

// send runs one protocol command in the tab.
func send[P, R any](p *page, command cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
}
