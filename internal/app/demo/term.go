package demo

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// lookAhead leaves what a visitor finds of the term: the agency has agreed in writing to renew, the client has not yet, and a calendar subscribes
// to the dates.
func (st *story) lookAhead(ctx context.Context) error {
	if _, err := st.Engagement.AgreeRenewal(ctx, st.as(access.FractionalCMO), st.client, st.contract, cal.MustDate("2027-10-01")); err != nil {
		return err
	}
	_, err := st.Engagement.MakeCalendar(ctx, st.as(access.ClientFinance), st.client, "Finance calendar")
	return err
}
