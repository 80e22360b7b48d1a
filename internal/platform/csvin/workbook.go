package csvin

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Limits of a workbook, besides those of its rows. It is held in memory packed; its sheets are read as a stream.
const (
	maxWorkbook = 64 << 20  // bytes of the file
	maxPart     = 512 << 20 // bytes of one part, unpacked
	maxParts    = 4096
	maxStrings  = 128 << 20 // bytes of shared text
	maxShared   = 4_000_000 // pieces of shared text
	maxStyles   = 65_536
	maxSheets   = 100
	maxLook     = 2 << 20 // bytes of a sheet that are looked through for a cell that holds something
	maxMarkup   = 4 << 20 // bytes between two tags
)

// Sheet is one sheet of a workbook, or one table of a file that holds several.
type Sheet struct {
	Name   string
	Hidden bool
	Empty  bool // no cell of it holds anything
	part   string
}

// workbook is a spreadsheet document (.xlsx), by its content.
type workbook struct {
	parts   map[string]*zip.File
	sheets  []Sheet
	date04  bool
	shared  sharedStrings
	formats []numberFormat // by the style of a cell
}

func openWorkbook(r io.Reader) (*workbook, error) {
	packed, err := io.ReadAll(io.LimitReader(r, maxWorkbook+1))
	if err != nil {
		return nil, err
	}
	if len(packed) > maxWorkbook {
		return nil, fault.New(fault.TooLarge, "workbook-too-large", "The workbook or archive is larger than %s. Save the sheet as CSV (UTF-8) and upload that file.", bytesInWords(maxWorkbook))
	}
	zr, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, fault.New(fault.Invalid, "file-is-zip", "This is a zip archive or an Excel workbook, and it is damaged or cut off. Save or export it again.").Because(err)
	}
	if len(zr.File) > maxParts {
		return nil, fault.New(fault.TooLarge, "workbook-too-large", "The archive holds more than %d files, which no workbook does. Upload the CSV files one by one.", maxParts)
	}
	b := &workbook{parts: map[string]*zip.File{}}
	for _, f := range zr.File {
		b.parts[strings.TrimPrefix(path.Clean("/"+f.Name), "/")] = f
	}
	main := "xl/workbook.xml"
	for _, rel := range b.relations("_rels/.rels", "") {
		if strings.HasSuffix(rel.Type, "/officeDocument") {
			main = rel.part
		}
	}
	switch {
	case b.parts["xl/workbook.bin"] != nil:
		return nil, fault.New(fault.Invalid, "file-is-xlsb", "This is a binary Excel workbook (.xlsb). Save it as .xlsx or as CSV (UTF-8).")
	case b.parts["mimetype"] != nil && b.parts["content.xml"] != nil:
		return nil, fault.New(fault.Invalid, "file-is-ods", "This is an OpenDocument file. Save it as .xlsx or as CSV (UTF-8).")
	case b.parts[main] == nil:
		return nil, fault.New(fault.Invalid, "file-is-zip", "This is a zip archive and no Excel workbook (.xlsx). Unpack it and upload its files one by one.")
	}
	if err := b.readMain(main); err != nil {
		return nil, err
	}
	return b, nil
}

func damaged(err error) error {
	if len(fault.All(err)) > 0 && fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.New(fault.Invalid, "workbook-damaged", "The workbook is damaged: a part of it cannot be read. Open it in the spreadsheet program, save it again and upload that.").Because(err)
}

type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	part   string
}

// relations lists what a part refers to; none where it refers to nothing that can be read.
func (b *workbook) relations(name, beside string) []relation {
	r, err := b.open(name)
	if err != nil {
		return nil
	}
	defer r.Close()
	var doc struct {
		Relations []relation `xml:"Relationship"`
	}
	if xml.NewDecoder(io.LimitReader(r, 4<<20)).Decode(&doc) != nil {
		return nil
	}
	for i, rel := range doc.Relations {
		if strings.HasPrefix(rel.Target, "/") {
			doc.Relations[i].part = strings.TrimPrefix(path.Clean(rel.Target), "/")
			continue
		}
		doc.Relations[i].part = strings.TrimPrefix(path.Clean("/"+path.Join(beside, rel.Target)), "/")
	}
	return doc.Relations
}

func (b *workbook) readMain(main string) error {
	var doc struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	r, err := b.open(main)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := xml.NewDecoder(io.LimitReader(r, 4<<20)).Decode(&doc); err != nil {
		return damaged(err)
	}
	b.date04 = isTrue(doc.Properties.Date1904)
	folder, base := path.Split(main)
	parts := map[string]string{}
	for _, rel := range b.relations(folder+"_rels/"+base+".rels", folder) {
		switch {
		case strings.HasSuffix(rel.Type, "/worksheet"):
			parts[rel.ID] = rel.part
		case strings.HasSuffix(rel.Type, "/sharedStrings"):
			err = b.readShared(rel.part)
		case strings.HasSuffix(rel.Type, "/styles"):
			err = b.readStyles(rel.part)
		}
		if err != nil {
			return err
		}
	}
	if len(doc.Sheets) > maxSheets {
		return fault.New(fault.TooLarge, "workbook-too-large", "The workbook has more than %d sheets. Save the one you need as CSV (UTF-8).", maxSheets)
	}
	for _, s := range doc.Sheets {
		for _, a := range s.Attrs {
			part := parts[a.Value]
			if a.Name.Local == "id" && b.parts[part] != nil { // a chart has no rows and is none of them
				sheet := Sheet{Name: s.Name, Hidden: s.State != "" && s.State != "visible", part: part}
				if sheet.Empty, err = b.empty(part); err != nil {
					return err
				}
				b.sheets = append(b.sheets, sheet)
			}
		}
	}
	return nil
}

func isTrue(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

// empty reports whether no cell of the sheet holds anything.
func (b *workbook) empty(part string) (bool, error) {
	s, err := b.rows(part, DefaultLimits())
	if err != nil {
		return false, err
	}
	defer s.close()
	for {
		row, ok, err := s.next()
		if err != nil {
			return false, damaged(err)
		}
		if !ok {
			return true, nil
		}
		if row.Fault != nil || !allEmpty(row.Cells) || s.read() > maxLook {
			return false, nil
		}
	}
}

// choose finds the sheet to read: the named one, else the only one that is seen and holds something.
func (b *workbook) choose(name string) (Sheet, error) { return chooseSheet(b.sheets, name) }

func chooseSheet(sheets []Sheet, name string) (Sheet, error) {
	var names []string
	var shown []Sheet
	for _, s := range sheets {
		if s.Name == name && name != "" {
			return s, nil
		}
		if !s.Empty {
			names = append(names, strconv.Quote(s.Name))
			if !s.Hidden {
				shown = append(shown, s)
			}
		}
	}
	switch {
	case name != "":
		return Sheet{}, fault.New(fault.Invalid, "sheet-unknown", "The file has no sheet %q. Its sheets are: %s.", name, strings.Join(names, ", ")).At("sheet")
	case len(shown) == 1:
		return shown[0], nil
	case len(names) == 0:
		return Sheet{}, fault.New(fault.Invalid, "file-empty", "The workbook holds no rows. Export again and check that the report has rows.")
	}
	return Sheet{}, fault.New(fault.Invalid, "sheet-not-stated", "The workbook has several sheets. Say which one to read: %s.", strings.Join(names, ", ")).At("sheet")
}

// open unpacks a part, within its limits.
func (b *workbook) open(name string) (*part, error) {
	f := b.parts[name]
	if f == nil {
		return nil, fault.New(fault.Invalid, "workbook-damaged", "The workbook lacks a part that it names, %s. Save it again in the spreadsheet program.", fault.Excerpt(name, 100))
	}
	rc, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return &part{ReadCloser: rc, packed: int64(f.CompressedSize64)}, nil
}

// part passes on one part of a workbook until a limit is reached. What no spreadsheet program writes, comments and declarations, it
// refuses: with them out of the way, nothing between two tags is longer than maxMarkup.
type part struct {
	io.ReadCloser
	packed, n int64
	since     int
	open      bool // the last byte was "<"
}

func (p *part) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.n += int64(n)
	if limits := DefaultLimits(); p.n > maxPart || p.n > limits.RatioFrom && p.n > limits.MaxRatio*p.packed {
		return 0, fault.New(fault.TooLarge, "workbook-expands-too-much",
			"A part of the workbook unpacks to more than %s or %d times its size. Delete formatting of empty rows, or save the sheet as CSV (UTF-8).", bytesInWords(maxPart), limits.MaxRatio)
	}
	for rest := b[:n]; len(rest) > 0; {
		if p.open && rest[0] == '!' {
			return 0, fault.New(fault.Invalid, "workbook-damaged", "The workbook holds markup that no spreadsheet program writes. Save it again in the spreadsheet program.")
		}
		i := bytes.IndexByte(rest, '<')
		if p.open = i == len(rest)-1; i < 0 {
			p.open = false
			p.since += len(rest)
			break
		}
		p.since = 0
		if rest = rest[i+1:]; len(rest) > 0 {
			p.open = true
		}
	}
	if p.since > maxMarkup {
		return 0, fault.New(fault.TooLarge, "cell-too-long", "A cell of the workbook holds more than %s. Leave long text out.", bytesInWords(maxMarkup))
	}
	if err != nil && err != io.EOF {
		err = damaged(err)
	}
	return n, err
}

// sharedStrings are the texts that cells refer to by number.
type sharedStrings struct {
	text []byte
	ends []int32
}

func (s sharedStrings) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := int32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return string(s.text[from:s.ends[i]]), true
}

func (b *workbook) readShared(name string) error {
	r, err := b.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	inText, phonetic := false, false
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			phonetic = phonetic || t.Name.Local == "rPh"
		case xml.EndElement:
			inText = false
			switch t.Name.Local {
			case "rPh":
				phonetic = false
			case "si":
				b.shared.ends = append(b.shared.ends, int32(len(b.shared.text)))
			}
		case xml.CharData:
			if inText && !phonetic {
				b.shared.text = append(b.shared.text, t...)
			}
		}
		if len(b.shared.text) > maxStrings || len(b.shared.ends) > maxShared {
			return fault.New(fault.TooLarge, "workbook-too-large", "The workbook holds more than %s of text or %d texts. Save the sheet as CSV (UTF-8).", bytesInWords(maxStrings), maxShared)
		}
	}
}

func (b *workbook) readStyles(name string) error {
	r, err := b.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	custom := map[string]string{}
	d := xml.NewDecoder(r)
	inCells := false
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case t.Name.Local == "numFmt" && len(custom) < maxStyles:
				custom[attr(t, "numFmtId")] = attr(t, "formatCode")
			case t.Name.Local == "cellXfs":
				inCells = true
			case t.Name.Local == "xf" && inCells && len(b.formats) < maxStyles:
				b.formats = append(b.formats, formatOf(attr(t, "numFmtId"), custom))
			}
		case xml.EndElement:
			inCells = inCells && t.Name.Local != "cellXfs"
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
