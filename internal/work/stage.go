package work

// Stage is where an open request is on the board, and Over for one that is over.
type Stage string

// The stages, in the order of the work.
const (
	New            Stage = "new"     // nobody said yet who does it
	InWork         Stage = "in-work" // the agency works on it
	WithSpecialist Stage = "with-specialist"
	WithClient     Stage = "with-client" // an answer of the client is needed
	InReview       Stage = "in-review"   // a version waits for the client's word
	Over           Stage = "ended"
)

// Stages are all of them.
func Stages() []Stage { return []Stage{New, InWork, WithSpecialist, WithClient, InReview, Over} }

// Stage is where the request is on the board.
func (r Request) Stage() Stage {
	switch {
	case r.Phase != Open:
		return Over
	case r.AwaitsFeedback():
		return InReview
	case r.Waiting == OnClient:
		return WithClient
	case r.Waiting == OnSpecialist:
		return WithSpecialist
	case !r.Triaged:
		return New
	}
	return InWork
}

// Words name the stage as a heading.
func (s Stage) Words() string {
	return map[Stage]string{New: "New", InWork: "In work", WithSpecialist: "With the specialist", WithClient: "Waits on the client", InReview: "In review by the client", Over: "Ended"}[s]
}
