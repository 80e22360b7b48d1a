package work

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// matrix of the guide: high impact and low urgency are normal.
func matrix() *contract.PriorityMatrix {
	words := map[contract.Weight]string{contract.Heavy: "all", contract.Middle: "some", contract.Light: "one"}
	return &contract.PriorityMatrix{Impact: words, Urgency: words, By: map[contract.Weight]map[contract.Weight]contract.Priority{
		contract.Heavy:  {contract.Heavy: contract.Urgent, contract.Middle: contract.High, contract.Light: contract.Normal},
		contract.Middle: {contract.Heavy: contract.High, contract.Middle: contract.Normal, contract.Light: contract.Low},
		contract.Light:  {contract.Heavy: contract.Normal, contract.Middle: contract.Low, contract.Light: contract.Low},
	}}
}

func TestTheContractMakesThePriorityOfWhatIsOpened(t *testing.T) {
	for name, c := range map[string]struct {
		matrix *contract.PriorityMatrix
		given  Ranking
		want   contract.Priority
		codes  []string
	}{
		"made of both":                   {matrix(), Ranking{"", contract.Heavy, contract.Light}, contract.Normal, nil},
		"said as it is made":             {matrix(), Ranking{contract.Normal, contract.Heavy, contract.Light}, contract.Normal, nil},
		"another one is said":            {matrix(), Ranking{contract.Urgent, contract.Heavy, contract.Light}, "", []string{"priority-made"}},
		"only a priority":                {matrix(), Ranking{Priority: contract.Urgent}, "", []string{"impact", "urgency"}},
		"an unknown impact":              {matrix(), Ranking{"", "huge", contract.Light}, "", []string{"impact"}},
		"chosen without a matrix":        {nil, Ranking{Priority: contract.Low}, contract.Low, nil},
		"nothing chosen":                 {nil, Ranking{}, "", []string{"priority"}},
		"an impact that nobody asks for": {nil, Ranking{contract.Low, contract.Heavy, contract.Light}, "", []string{"no-matrix"}},
	} {
		got, err := c.given.Opening(c.matrix)
		var codes []string
		for _, f := range fault.All(err) {
			codes = append(codes, f.Code)
		}
		if len(codes) != len(c.codes) || len(codes) > 0 && codes[0] != c.codes[0] || err == nil && got.Priority != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAPriorityAgainstTheMatrixIsSeen(t *testing.T) {
	had := Ranking{contract.Normal, contract.Heavy, contract.Light}
	is, err := Ranking{Priority: contract.Urgent}.Instead(matrix(), had)
	if err != nil || is != (Ranking{contract.Urgent, contract.Heavy, contract.Light}) {
		t.Fatalf("%+v, %v", is, err)
	}
	if got := (Request{Priority: is.Priority, Impact: is.Impact, Urgency: is.Urgency}).Why(matrix()); got != "by the contract high impact (all) and low urgency (one) make it normal; urgent was set instead" {
		t.Error(got)
	}
	if is, err = (Ranking{Impact: contract.Heavy, Urgency: contract.Heavy}).Instead(matrix(), had); err != nil || is.Priority != contract.Urgent {
		t.Errorf("%+v, %v", is, err)
	}
	if _, err = (Ranking{Impact: contract.Heavy}).Instead(matrix(), had); fault.Code(err) != "urgency" {
		t.Error(err)
	}
	if _, err = (Ranking{Priority: "asap"}).Instead(matrix(), had); fault.Code(err) != "priority" {
		t.Error(err)
	}
	// of a mail nobody was asked
	if is, err = (Ranking{Priority: contract.High}).Instead(matrix(), Ranking{Priority: contract.Normal}); err != nil || is.Priority != contract.High {
		t.Errorf("%+v, %v", is, err)
	}
}
