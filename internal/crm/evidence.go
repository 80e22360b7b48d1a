package crm

// Evidence is what a client's CRM said as of one import: the snapshot that statements are computed on.
type Evidence struct {
	AsOf int64 // number of the last import that is in it; 0 for files without a server
	Snapshot
}
