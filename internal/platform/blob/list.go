package blob

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// All lists the content by its digest, without reading it. What is still arriving, and what is no content, is left out.
func (s *Store) All() iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		folders, err := os.ReadDir(s.dir)
		if err != nil {
			yield(Ref{}, unavailable(err))
			return
		}
		for _, folder := range folders {
			if len(folder.Name()) != 2 || !folder.IsDir() {
				continue
			}
			files, err := os.ReadDir(filepath.Join(s.dir, folder.Name()))
			if err != nil {
				yield(Ref{}, unavailable(err))
				return
			}
			for _, file := range files {
				sha := folder.Name() + file.Name()
				if !valid(sha) || !file.Type().IsRegular() {
					continue
				}
				info, err := file.Info()
				if errors.Is(err, fs.ErrNotExist) {
					continue
				}
				if err != nil {
					yield(Ref{}, unavailable(err))
					return
				}
				if !yield(Ref{SHA256: sha, Bytes: info.Size()}, nil) {
					return
				}
			}
		}
	}
}
