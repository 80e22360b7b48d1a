package csvin

// Limits bound what one file may cost. Zero fields take the value of [DefaultLimits].
type Limits struct {
	MaxRowBytes  int   // one row, all its lines together
	MaxCellBytes int   // one cell
	MaxColumns   int   // columns in the header
	MaxBytes     int64 // the table after decompression
	MaxRatio     int64 // decompressed bytes per compressed byte, checked beyond RatioFrom
	RatioFrom    int64 // decompressed bytes from which MaxRatio counts
}

// DefaultLimits suit CRM exports: rows of up to 1 MiB, 2,000 columns, 8 GiB of table.
func DefaultLimits() Limits {
	return Limits{
		MaxRowBytes:  1 << 20,
		MaxCellBytes: 256 << 10,
		MaxColumns:   2000,
		MaxBytes:     8 << 30,
		MaxRatio:     200,
		RatioFrom:    32 << 20,
	}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.MaxRowBytes <= 0 {
		l.MaxRowBytes = d.MaxRowBytes
	}
	if l.MaxCellBytes <= 0 {
		l.MaxCellBytes = d.MaxCellBytes
	}
	if l.MaxColumns <= 0 {
		l.MaxColumns = d.MaxColumns
	}
	if l.MaxBytes <= 0 {
		l.MaxBytes = d.MaxBytes
	}
	if l.MaxRatio <= 0 {
		l.MaxRatio = d.MaxRatio
	}
	if l.RatioFrom <= 0 {
		l.RatioFrom = d.RatioFrom
	}
	return l
}
