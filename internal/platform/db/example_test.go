package db_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// An import loads many rows in the transaction of its use case. For values that are not known row by row, PrepareInsert
// gives the statement itself.
func ExampleInsertRows() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(folder, "ofrecord.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		log.Fatal(err)
	}

	at := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	attempts := func(yield func([]any) bool) {
		for i := range 1000 {
			if !yield([]any{fmt.Sprintf("att_%d", i), "ana@example.com", at}) {
				return
			}
		}
	}
	err = d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		n, err := db.InsertRows(ctx, tx, "sign_in_attempt", []string{"id", "key", "at"}, attempts)
		fmt.Println(n, "rows")
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: 1000 rows
}
