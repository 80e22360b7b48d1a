package app

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// learnedOrder is the order of the chain of a data-driven model; 0 where it is none that can be.
func learnedOrder(text string) (order int, ok bool) {
	name, rest, hasRest := strings.Cut(strings.TrimSpace(text), ":")
	if name != string(attribution.DataDriven) {
		return 0, false
	}
	if !hasRest {
		return 1, true
	}
	order, err := strconv.Atoi(rest)
	if err != nil || order > 4 {
		return 0, true
	}
	return order, true
}

func learnable(order int) error {
	if order < 1 {
		return fault.New(fault.Invalid, "model", "write the order of the chain as data-driven:1 to data-driven:4")
	}
	return nil
}

// checkFrozen: frozen effects are of use to a data-driven model only, and are either read or written.
func (k crediting) checkFrozen(learns bool) error {
	switch {
	case k.effects != "" && k.freeze != "":
		return fault.New(fault.Invalid, "effects", "frozen weights are either read by --weights or written by --freeze")
	case !learns && k.effects+k.freeze != "":
		return fault.New(fault.Invalid, "effects", "only the model data-driven has weights to freeze; name it in --models")
	}
	return nil
}

// learn fills in the data-driven models: by the effects that were frozen, or by those of the files, which it freezes where the flags ask for it. Faults:
// NotFound, Invalid, also for a file that is there already.
func (k crediting) learn(book *engine.Book, o *engine.Options) error {
	var order int
	for i, text := range modelTexts(k.models) {
		n, ok := learnedOrder(text)
		if !ok {
			continue
		}
		if order > 0 && k.effects+k.freeze != "" {
			return fault.New(fault.Invalid, "model", "one file holds the weights of one data-driven model; name it once").At("--models")
		}
		order = n
		e, err := k.effectsOf(book, order, *o)
		if err != nil {
			return err
		}
		o.Models[i] = attribution.ByEffects(e)
		if unknown := book.Touches.Unweighed(o.Models[i]); len(unknown) > 0 {
			return fault.New(fault.Invalid, "effects", "the frozen weights know nothing of the channels %s; leave them out by --exclude, or agree on weights that do", quotedList(unknown)).At("--weights")
		}
	}
	return nil
}

func quotedList(names []string) string {
	const most = 5
	out := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		out = append(out, strconv.Quote(name))
	}
	text := strings.Join(out, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func (k crediting) effectsOf(book *engine.Book, order int, o engine.Options) (attribution.Effects, error) {
	if k.effects != "" {
		data, err := os.ReadFile(k.effects)
		if err != nil {
			return attribution.Effects{}, fault.New(fault.NotFound, "file", "%s cannot be read: %s", k.effects, plainCause(err)).At("--weights").Because(err)
		}
		e, err := attribution.ParseEffects(data)
		if err == nil && e.Order != order {
			err = fault.New(fault.Invalid, "effects", "%s holds the weights of data-driven:%d; --models names data-driven:%d", k.effects, e.Order, order)
		}
		if err != nil {
			return e, atFlag("--weights", err)
		}
		return e, nil
	}
	e, err := book.Touches.Freeze(book.Deals, order, o)
	if err != nil {
		return e, fault.New(fault.Invalid, "effects", "%s", err).At("--models").Because(err)
	}
	if k.freeze == "" {
		return e, nil
	}
	f, err := os.OpenFile(k.freeze, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsExist(err) {
		return e, fault.New(fault.Invalid, "file", "%s is there already, and what is frozen stays as it is; read it by --weights, or name another file", k.freeze).At("--freeze")
	}
	if err == nil {
		text := e.Text()
		if strings.HasSuffix(k.freeze, ".yaml") || strings.HasSuffix(k.freeze, ".yml") {
			text = contractEffects(book, e, o.Lookback.Zone)
		}
		if _, err = f.Write(text); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return e, fault.New(fault.Invalid, "file", "%s cannot be written: %s", k.freeze, plainCause(err)).At("--freeze").Because(err)
	}
	return e, nil
}

// contractEffects writes effects as a contract has them, under the model data-driven.
func contractEffects(book *engine.Book, e attribution.Effects, zone *time.Location) []byte {
	var first, last int64
	for _, d := range book.Deals {
		if d.End == engine.Unknown {
			continue
		}
		if first == 0 || d.End < first {
			first = d.End
		}
		last = max(last, d.End)
	}
	day := func(at int64) cal.Date { return cal.DateOf(time.Unix(0, at), zone) }
	var out bytes.Buffer
	fmt.Fprintf(&out, "removal_effects:\n  from: %s\n  through: %s\n  order: %d\n  channels:\n", day(first), day(last), e.Order)
	for _, channel := range slices.Sorted(maps.Keys(e.Channels)) {
		fmt.Fprintf(&out, "    - {channel: %s, effect: %s}\n", strconv.Quote(channel), attribution.Percent(e.Channels[channel]))
	}
	return out.Bytes()
}
