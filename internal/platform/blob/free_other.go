//go:build !linux && !darwin

package blob

func freeBytes(string) (int64, bool) { return 0, false }
