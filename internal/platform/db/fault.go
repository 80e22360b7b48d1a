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

func readOnly(cause error) *fault.Fault {
	return fault.New(fault.Internal, "read-only", "something tried to write while only reading").Because(cause)
}

func unprepared(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "not-migrated", "the database lacks a table of this version; run the migrations first").Because(cause)
}
