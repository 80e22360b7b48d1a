package db

import "github.com/ofrecord/ofrecord/internal/kernel/fault"

// Each maker below is one answer of the storage, the same whichever engine gave it.

func taken(constraint string, cause error) *fault.Fault {
	return fault.New(fault.Conflict, constraint, "this exists already (%s); open the existing one or change what must be unique", constraint).Because(cause)
}

func immutable(cause error) *fault.Fault {
	return fault.New(fault.Conflict, "immutable", "what is recorded here never changes; add a correction instead").Because(cause)
}

func dangling(cause error) *fault.Fault {
	return fault.New(fault.Invalid, "foreign-key", "this refers to something that is not there, or is still referred to").Because(cause)
}

func refused(constraint string, cause error) *fault.Fault {
	return fault.New(fault.Invalid, constraint, "the database refuses this value (%s)", constraint).Because(cause)
}

func missing(column string, cause error) *fault.Fault {
	return fault.New(fault.Invalid, "not-null", "a required value is missing (%s)", column).Because(cause)
}

func busy(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "busy", "somebody else has been writing for too long; try again in a minute").Because(cause)
}

func unreachable(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "database", "the database cannot be reached; try again in a minute").Because(cause)
}

func diskFull(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "disk-full",
		"the disk of the database is full, and nothing goes on until there is room; tell whoever runs this installation").Because(cause)
}

func unreadable(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "database-disk",
		"the database cannot be read or written on its disk; tell whoever runs this installation").Because(cause)
}

func damaged(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "database-damaged",
		"the database is damaged; whoever runs this installation stops the program, keeps a copy of the database, and restores the last backup").Because(cause)
}

func foreign(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "no-database",
		"the file is no SQLite database, or its beginning is damaged; correct its path, or keep a copy of it and restore the last backup").Because(cause)
}

const readOnlyCode = "read-only"

// readOnly is a mistake of ours where only reading was meant. Of a writer it is not true: see writerFault.
func readOnly(cause error) *fault.Fault {
	return fault.New(fault.Internal, readOnlyCode, "something tried to write while only reading").Because(cause)
}

func unwritable(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "database-read-only",
		"the database takes no changes now, it only lets itself be read; tell whoever runs this installation").Because(cause)
}

const notMigratedCode = "not-migrated"

func unprepared(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, notMigratedCode, "the database lacks a table of this version; run the migrations first").Because(cause)
}

func newer(step int64, folder string) *fault.Fault {
	return fault.New(fault.Conflict, "newer-database",
		"this database was migrated by a newer version of the program (step %d of the %s tables is not known here); install that version, or restore a backup of this one",
		step, folder)
}
