package background_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/background"
)

type key struct{}

// Given work that a request has begun, when the request is over, then it goes on with the request's values until Close, which waits for it.
func TestWorkOutlivesTheRequestAndEndsWithTheProgram(t *testing.T) {
	var w background.Work
	request, over := context.WithCancel(context.WithValue(t.Context(), key{}, "acme"))
	begun, ended := make(chan string), false
	w.Go(request, func(ctx context.Context) {
		over()
		if ctx.Err() != nil {
			t.Error("the work ended with the request")
		}
		begun <- ctx.Value(key{}).(string)
		<-ctx.Done()
		ended = true
	})
	if got := <-begun; got != "acme" {
		t.Errorf("got the value %q", got)
	}
	w.Close()
	if !ended {
		t.Error("Close did not wait")
	}
}

func TestClosingWithoutWork(t *testing.T) {
	var w background.Work
	w.Close()
	w.Close()
}
