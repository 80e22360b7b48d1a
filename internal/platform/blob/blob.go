package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DefaultMaxBytes is the largest file that is taken unless Store.MaxBytes says otherwise: 4 GiB.
const DefaultMaxBytes int64 = 4 << 30

// reserve is what must stay free on the disk, so that the database beside the files can go on.
const reserve = 256 << 20

const scratchPrefix = "ofrecord-scratch-"

// Ref names content.
type Ref struct {
	SHA256 string // 64 hexadecimal digits
	Bytes  int64
}

// Store is a directory of content. It is safe for use by several goroutines and processes.
type Store struct {
	dir      string
	MaxBytes int64 // of one file; DefaultMaxBytes when zero
	Free     func(dir string) (bytes int64, known bool)
}

// Beside is the directory of files that belongs to a database file.
func Beside(database string) string { return database + ".files" }

// Open prepares the directory, readable by its owner only, and sweeps it. Fault: Unavailable.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, Free: freeBytes}
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, unavailable(err)
	}
	if err := s.Sweep(); err != nil {
		return nil, err
	}
	return s, nil
}

// In is the part of the store that belongs to one workspace, in a folder of its own. Fault: Unavailable.
func (s *Store) In(workspace string) (*Store, error) {
	sub, err := Open(filepath.Join(s.dir, "ws-"+workspace))
	if err != nil {
		return nil, err
	}
	sub.MaxBytes, sub.Free = s.MaxBytes, s.Free
	return sub, nil
}

// Scratch is a store of its own for content that is needed only for a while; forget takes it away with all it holds. One that an interrupted
// program left is cleared away a day later. Fault: Unavailable.
func (s *Store) Scratch() (scratch *Store, forget func() error, err error) {
	dir, err := os.MkdirTemp(filepath.Join(s.dir, "tmp"), scratchPrefix)
	if err != nil {
		return nil, nil, unavailable(err)
	}
	if scratch, err = Open(dir); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	scratch.MaxBytes, scratch.Free = s.MaxBytes, s.Free
	return scratch, func() error { return os.RemoveAll(dir) }, nil
}

// Sweep clears away what interrupted arrivals left an hour ago or earlier and interrupted uses of scratch stores a day ago or earlier, in the
// parts of all workspaces too. Fault: Unavailable.
func (s *Store) Sweep() error {
	var left []string
	for _, pattern := range []string{"tmp/*", "ws-*/tmp/*"} {
		found, err := fs.Glob(os.DirFS(s.dir), pattern)
		if err != nil {
			return unavailable(err)
		}
		left = append(left, found...)
	}
	for _, name := range left {
		path := filepath.Join(s.dir, name)
		info, err := os.Lstat(path)
		if err == nil && time.Since(info.ModTime()) > patience(path) {
			err = clearAway(path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unavailable(err)
		}
	}
	return nil
}

// patience is how long something has stood still that is taken for left behind. A connection may stand still for a minute, but a scratch store
// is read for as long as its use lasts.
func patience(path string) time.Duration {
	if strings.HasPrefix(filepath.Base(path), scratchPrefix) {
		return 24 * time.Hour
	}
	return time.Hour
}

// clearAway deletes a file or a scratch store, and no other directory.
func clearAway(path string) error {
	if strings.HasPrefix(filepath.Base(path), scratchPrefix) {
		return os.RemoveAll(path)
	}
	return os.Remove(path)
}

// Put streams content into the store. existed tells that the same content was there already; it is put in place again, which mends what
// the disk may have damaged. Faults: TooLarge beyond MaxBytes,
// Unavailable when the disk is full or fails; what r returns otherwise.
func (s *Store) Put(ctx context.Context, r io.Reader) (ref Ref, existed bool, err error) {
	tmp, err := os.CreateTemp(filepath.Join(s.dir, "tmp"), "put-")
	if err != nil {
		return Ref{}, false, unavailable(err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name()) // gone already when it was renamed
	}()
	sum := sha256.New()
	n, err := s.fill(ctx, io.MultiWriter(diskWriter{tmp}, sum), r)
	if err != nil {
		return Ref{}, false, err
	}
	ref = Ref{SHA256: hex.EncodeToString(sum.Sum(nil)), Bytes: n}
	path := s.path(ref.SHA256)
	_, statErr := os.Stat(path)
	if err := settle(tmp, path); err != nil {
		return Ref{}, false, unavailable(err)
	}
	return ref, statErr == nil, nil
}

// fill copies with a look at the limit and at the room on the disk.
func (s *Store) fill(ctx context.Context, w io.Writer, r io.Reader) (int64, error) {
	limit := s.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	const step = 16 << 20
	buf := make([]byte, 256<<10)
	for n, checked := int64(0), int64(-1); ; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if checked < 0 || n-checked >= step {
			if s.Scarce() {
				return n, fault.New(fault.Unavailable, "disk-full", "The disk of this installation is nearly full, so the file was not taken. Tell whoever runs it to make room.")
			}
			checked = n
		}
		got, err := r.Read(buf)
		if n += int64(got); n > limit {
			return n, fault.New(fault.TooLarge, "file-too-large", "The file is larger than %d MiB. Split the export, for example one file a year, or pack it with gzip.", limit>>20)
		}
		if _, werr := w.Write(buf[:got]); werr != nil {
			return n, werr
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// Free is the room on the disk of a directory, if the machine tells it.
func Free(dir string) (bytes int64, known bool) { return freeBytes(dir) }

// Scarce reports whether the disk of the store has less free than must stay free.
func (s *Store) Scarce() bool {
	free, known := s.Free(s.dir)
	return known && free < reserve
}

// diskWriter tells the failures of the disk from those of the source.
type diskWriter struct{ f *os.File }

func (d diskWriter) Write(p []byte) (int, error) {
	n, err := d.f.Write(p)
	if err != nil {
		return n, unavailable(err)
	}
	return n, nil
}

// settle makes the file durable under its name.
func settle(tmp *os.File, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(filepath.Dir(path)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get opens content. The reader answers the end of the file with an Internal fault when what was read is not that content.
// Fault: NotFound.
func (s *Store) Get(sha string) (io.ReadCloser, error) {
	if !valid(sha) {
		return nil, fault.New(fault.Internal, "digest", "a file was asked for by something that is no SHA-256")
	}
	f, err := os.Open(s.path(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "file-lost", "The stored file %s… is missing. Upload the same file again, or restore it from the backup.", sha[:12])
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return &verified{f: f, sum: sha256.New(), want: sha}, nil
}

// Has reports whether the content is there.
func (s *Store) Has(sha string) bool {
	if !valid(sha) {
		return false
	}
	_, err := os.Stat(s.path(sha))
	return err == nil
}

// Remove deletes content that nothing names. Removing what is not there is no error.
func (s *Store) Remove(sha string) error {
	if !valid(sha) {
		return fault.New(fault.Internal, "digest", "a file was to be removed by something that is no SHA-256")
	}
	if err := os.Remove(s.path(sha)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unavailable(err)
	}
	return nil
}

type verified struct {
	f    *os.File
	sum  hash.Hash
	want string
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.f.Read(p)
	v.sum.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(v.sum.Sum(nil)) != v.want {
		return n, fault.New(fault.Internal, "file-damaged", "The stored file %s… is not what was uploaded: the disk or somebody changed it. Upload the same file again.", v.want[:12])
	}
	return n, err
}

func (v *verified) Close() error { return v.f.Close() }

func (s *Store) path(sha string) string { return filepath.Join(s.dir, sha[:2], sha[2:]) }

func valid(sha string) bool {
	raw, err := hex.DecodeString(sha)
	return err == nil && len(raw) == sha256.Size && hex.EncodeToString(raw) == sha
}

func unavailable(cause error) error {
	return fault.New(fault.Unavailable, "files", "The files of this installation cannot be written or read now. Tell whoever runs it.").Because(fmt.Errorf("files: %w", cause))
}
