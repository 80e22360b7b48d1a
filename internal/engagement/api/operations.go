// Package api holds the operations of the relationship for programs.
package api

import (
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const tag = "Relationship"

// Operations are the operations of this room.
type Operations struct {
	Engagement *ops.Service
}

// Register adds them to the API: each file its own.
func (o *Operations) Register(a *api.API) {
	o.registerTerm(a)
}
