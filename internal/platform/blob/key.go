package blob

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// keyBytes is the length of a store's key.
const keyBytes = 32

// HasKey says whether the store has a secret already.
func (s *Store) HasKey() bool {
	_, err := os.Stat(filepath.Join(s.dir, "key"))
	return err == nil
}

// Key is the secret of the store, made from random when there is none. It lies beside the content and is none: no list and no archive has it, so that
// whoever gets an archive cannot try out what was hashed with it. Fault: Unavailable.
func (s *Store) Key(random io.Reader) ([]byte, error) {
	path := filepath.Join(s.dir, "key")
	key, err := os.ReadFile(path)
	switch {
	case err == nil && len(key) == keyBytes:
		return key, nil
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return nil, unavailable(err)
	case err == nil:
		return nil, unavailable(errors.New("the key of the stored files is damaged"))
	}
	key = make([]byte, keyBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(filepath.Join(s.dir, "tmp"), "key-*")
	if err != nil {
		return nil, unavailable(err)
	}
	_, err = tmp.Write(key)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Link(tmp.Name(), path) // of two at once one wins
	}
	if err = errors.Join(ignoreExist(err), os.Remove(tmp.Name())); err != nil {
		return nil, unavailable(err)
	}
	if err := syncDir(s.dir); err != nil {
		return nil, unavailable(err)
	}
	return os.ReadFile(path)
}

func ignoreExist(err error) error {
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}
