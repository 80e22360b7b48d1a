package api_test

import (
	"net/http"
	"testing"
)

func TestComparisonIsPagedAndStaysWithItsMoments(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		const before = "deal_id,name,amount,currency\nd1,A,10.00,USD\nd2,B,20.00,USD\nd3,C,30.00,USD\n"
		const after = "deal_id,name,amount,currency\nd1,A,11.00,USD\nd2,B,21.00,USD\nd3,C,31.00,USD\n"
		type answer struct {
			From, To struct{ Import int64 }
			Total    int
			Items    []struct{ ID, Fate string }
			Next     string
		}
		k.call(http.StatusCreated, http.MethodPost, "/imports?filename=deals.csv", before, nil)
		k.call(http.StatusCreated, http.MethodPost, "/imports?filename=deals.csv", after, nil)
		var first, second answer
		k.call(http.StatusOK, http.MethodGet, "/comparison?limit=2", "", &first)
		k.call(http.StatusCreated, http.MethodPost, "/imports?filename=deals.csv", before, nil)
		k.call(http.StatusOK, http.MethodGet, "/comparison?limit=2&after="+first.Next, "", &second)
		if first.From.Import != 1 || first.To.Import != 2 || first.Total != 3 || len(first.Items) != 2 || second.To.Import != 2 || len(second.Items) != 1 || second.Items[0].ID != "d3" || second.Next != "" {
			t.Errorf("%+v then %+v", first, second)
		}
		for _, q := range []string{"?after=1-2", "?after=1-2--3", "?after=x", "?from=soon", "?kind=nothing"} {
			k.call(http.StatusUnprocessableEntity, http.MethodGet, "/comparison"+q, "", nil)
		}
		k.call(http.StatusNotFound, http.MethodGet, "/comparison?to=9", "", nil)
		k.who = stranger
		k.call(http.StatusNotFound, http.MethodGet, "/comparison", "", nil)
	})
}
