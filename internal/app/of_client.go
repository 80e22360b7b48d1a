package app

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

// ofClient are the flags of a command about one client of an installation.
type ofClient struct {
	cfg  Config
	name string
}

// flags are --client and those of the configuration.
func (o *ofClient) flags(cmd *cobra.Command) {
	o.cfg.Flags(cmd.Flags())
	cmd.Flags().StringVar(&o.name, "client", "", "the client, by name or id")
}

// errUnnamed tells that a command needs a client.
var errUnnamed = errors.New("name the client with --client")

// open opens the installation, which must be there, and finds the client. Whoever opened it closes it. Faults: as openExisting; NotFound "client".
func (o *ofClient) open(cmd *cobra.Command) (*Program, party.Org, error) {
	p, err := openExisting(cmd, &o.cfg)
	if err != nil {
		return nil, party.Org{}, err
	}
	client, err := p.clientNamed(cmd, o.name)
	if err != nil {
		_ = p.Close() // the first error is the one to report
		return nil, party.Org{}, err
	}
	return p, client, nil
}

// clientNamed finds a client by id, by name, or by how the name of one and no other begins.
func (p *Program) clientNamed(cmd *cobra.Command, name string) (party.Org, error) {
	clients, err := p.Party.Clients(p.inWorkspace(cmd.Context()), p.operator())
	if err != nil {
		return party.Org{}, err
	}
	i := slices.IndexFunc(clients, func(o party.Org) bool { return o.ID == name || strings.EqualFold(o.Name, name) })
	if i >= 0 {
		return clients[i], nil
	}
	var begin []party.Org
	for _, o := range clients {
		if name != "" && len(o.Name) >= len(name) && strings.EqualFold(o.Name[:len(name)], name) {
			begin = append(begin, o)
		}
	}
	if len(begin) == 1 {
		return begin[0], nil
	}
	names := make([]string, len(clients))
	for i, c := range clients {
		names[i] = c.Name
	}
	if len(names) == 0 {
		return party.Org{}, fault.New(fault.NotFound, "client", "There is no client %q: there is none yet. Add one on the portfolio.", name)
	}
	return party.Org{}, fault.New(fault.NotFound, "client", "There is no client %q. Known: %s.", name, strings.Join(names, "; "))
}
