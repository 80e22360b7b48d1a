package pack

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// archiveLevel is where more work no longer makes tables much smaller.
const archiveLevel = 3

// Archive is the inputs as one text, for keeping in a database: a tar, compressed.
func Archive(files []File) (string, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, archiveLevel)
	if err != nil {
		return "", err
	}
	w := tar.NewWriter(z)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.Name, Mode: 0o644, Size: int64(len(f.Body))}); err != nil {
			return "", err
		}
		if _, err := w.Write(f.Body); err != nil {
			return "", err
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// OpenArchive gives the files back. An error means that what was kept is damaged.
func OpenArchive(text string) ([]File, error) {
	files, err := openArchive(text)
	if err != nil {
		return nil, fmt.Errorf("open the inputs of a statement: %w", err)
	}
	return files, nil
}

func openArchive(text string) ([]File, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(z)
	var files []File
	if first, err := in.Peek(1); err == nil && first[0] == '[' { // a list in JSON, as it was kept at first
		err := json.NewDecoder(in).Decode(&files)
		return files, errors.Join(err, z.Close())
	}
	for r := tar.NewReader(in); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files = append(files, File{h.Name, body})
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // to the checksum
		return nil, err
	}
	return files, z.Close()
}
