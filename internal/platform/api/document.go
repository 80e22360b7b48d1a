package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// document is the OpenAPI description, made once.
type document struct {
	json, yaml []byte
	tag        string
}

func description(opt Options, registry huma.Registry) *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: opt.Title, Version: opt.Version,
			Description: "Every call needs a token (Authorization: Bearer ...) or the session of a browser. Errors are application/problem+json; " +
				"their code is stable. Send an Idempotency-Key with a POST to repeat it safely.",
		},
		Servers: []*huma.Server{{URL: strings.TrimSuffix(Prefix, "/")}},
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token":   {Type: "http", Scheme: "bearer", Description: "A token made in the program under Profile"},
				"session": {Type: "apiKey", In: "cookie", Name: "__Host-ofrecord", Description: "The session of a signed-in browser; named ofrecord over plain http"},
			},
		},
	}
}

// Document is the OpenAPI 3.1 description of all operations, indented and the same each time: what docs/openapi.json holds.
func (a *API) Document() ([]byte, error) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func (a *API) describe() (document, error) {
	text, err := a.Document()
	if err != nil {
		return document{}, err
	}
	yaml, err := a.huma.OpenAPI().YAML()
	if err != nil {
		return document{}, err
	}
	sum := sha256.Sum256(text)
	return document{json: text, yaml: yaml, tag: hex.EncodeToString(sum[:8])}, nil
}

func (a *API) serveJSON(w http.ResponseWriter, r *http.Request) {
	a.serveDocument(w, r, "application/json", func(d document) []byte { return d.json })
}

func (a *API) serveYAML(w http.ResponseWriter, r *http.Request) {
	a.serveDocument(w, r, "application/yaml", func(d document) []byte { return d.yaml })
}

func (a *API) serveDocument(w http.ResponseWriter, r *http.Request, mediaType string, text func(document) []byte) {
	d, err := a.document()
	if err != nil {
		a.write(r.Context(), w, a.problem(r.Context(), err))
		return
	}
	tag := Unchanging(d.tag).ETag
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache")
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	_, _ = w.Write(text(d)) // the caller has gone; nothing to do
}

// serveSchema gives one schema by itself; it refers to others by their name beside it.
func (a *API) serveSchema(w http.ResponseWriter, r *http.Request) {
	s, ok := a.huma.OpenAPI().Components.Schemas.Map()[strings.TrimSuffix(r.PathValue("name"), ".json")]
	if !ok {
		a.write(r.Context(), w, a.problem(r.Context(), fault.New(fault.NotFound, "no-schema", "there is no schema of this name; %sopenapi.json lists them all", Prefix)))
		return
	}
	raw, err := json.Marshal(s)
	if err != nil {
		a.write(r.Context(), w, a.problem(r.Context(), err))
		return
	}
	w.Header().Set("Content-Type", "application/schema+json")
	_, _ = w.Write(bytes.ReplaceAll(raw, []byte("#/components/schemas/"), nil)) // the caller has gone; nothing to do
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// schemaName names a type in the document by its room, so that two rooms may both have a Line: FeesLine, ListFeesLine.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	parts := strings.FieldsFunc(t.Name(), func(c rune) bool { return strings.ContainsRune("[]*,", c) })
	out := inRoom(t.PkgPath(), parts[0])
	for _, argument := range parts[1:] {
		at := strings.LastIndex(argument, ".")
		out += inRoom(argument[:max(at, 0)], argument[at+1:])
	}
	return out
}

// inRoom puts the name of the room before a name that does not begin with it.
func inRoom(path, name string) string {
	name = upper(name)
	_, room, ours := strings.Cut(path, "/internal/")
	room, _, _ = strings.Cut(room, "/")
	if !ours || room == "platform" || room == "kernel" || strings.HasPrefix(strings.ToLower(name), room) {
		return name
	}
	if room == "crm" {
		return "CRM" + name
	}
	return upper(room) + name
}

func upper(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
