// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"

	"github.com/anishathalye/porcupine"
)

type verb int

const (
	get verb = iota
	create
	update // with the resourceVersion that the client has seen
	patch  // unconditional
	remove
)

func (v verb) String() string { return [...]string{"get", "create", "update", "patch", "delete"}[v] }

// input is what a client asks of one object; the value is a number that no other write uses.
type input struct {
	Key      string
	Verb     verb
	Value    int
	Revision int64 // an update's condition
}

// output is what it was answered. Status 0: nothing, because the server went; then the write may have happened or not.
type output struct {
	Status   int
	Value    int
	Revision int64
}

// object is the state of one key. A revision is unknown after a write whose answer was lost, until somebody is told it.
type object struct {
	Exists   bool
	Value    int
	Revision int64
	Last     int64 // no later revision may be at or below this
}

// Statuses that no server gives.
const (
	notSent = -1 // nobody listened, so nothing happened
	garbled = -2 // no answer of the API
)

const (
	unknown = -1
	never   = math.MaxInt64 / 2 // the return time of what was not answered
)

func (s object) at(value int, revision int64) object {
	last := s.Last
	if revision != unknown {
		last = revision
	}
	return object{Exists: true, Value: value, Revision: revision, Last: last}
}

// fits tells whether a condition on the revision can hold, and whether it can fail.
func (s object) fits(revision int64) (can, cannot bool) {
	if s.Revision == unknown {
		return revision > s.Last, true
	}
	return s.Revision == revision, s.Revision != revision
}

// step is the sequential specification of a Kubernetes object under its name.
func step(s object, in input, out output) []object {
	only := func(holds bool, next object) []object {
		if holds {
			return []object{next}
		}
		return nil
	}
	grows := out.Revision > s.Last
	gone := object{Last: s.Last}
	if out.Status == 0 {
		return lost(s, in, gone)
	}
	switch in.Verb {
	case get:
		if out.Status == 404 {
			return only(!s.Exists, s)
		}
		known := s.Revision == out.Revision || (s.Revision == unknown && grows)
		return only(s.Exists && s.Value == out.Value && known, s.at(out.Value, out.Revision))
	case create:
		if out.Status == 409 {
			return only(s.Exists, s)
		}
		return only(out.Status == 201 && !s.Exists && grows, s.at(in.Value, out.Revision))
	case update:
		if out.Status == 404 {
			return only(!s.Exists, s)
		}
		can, cannot := s.fits(in.Revision)
		if out.Status == 409 {
			return only(s.Exists && cannot, s)
		}
		return only(out.Status == 200 && s.Exists && can && grows, s.at(in.Value, out.Revision))
	case patch:
		if out.Status == 404 {
			return only(!s.Exists, s)
		}
		return only(out.Status == 200 && s.Exists && grows, s.at(in.Value, out.Revision))
	case remove:
		if out.Status == 404 {
			return only(!s.Exists, s)
		}
		return only(out.Status == 200 && s.Exists, gone)
	}
	return nil
}

// lost has the states after a write that nobody answered.
func lost(s object, in input, gone object) []object {
	can, _ := s.fits(in.Revision)
	switch {
	case in.Verb == create && !s.Exists, in.Verb == patch && s.Exists, in.Verb == update && s.Exists && can:
		return []object{s, s.at(in.Value, unknown)}
	case in.Verb == remove && s.Exists:
		return []object{s, gone}
	}
	return []object{s}
}

func model() porcupine.Model {
	specification := porcupine.NondeterministicModel{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			byKey := map[string][]porcupine.Operation{}
			for _, operation := range history {
				key := operation.Input.(input).Key
				byKey[key] = append(byKey[key], operation)
			}
			parts := [][]porcupine.Operation{}
			for _, part := range byKey {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() []interface{} { return []interface{}{object{}} },
		Step: func(state, in, out interface{}) []interface{} {
			next := []interface{}{}
			for _, one := range step(state.(object), in.(input), out.(output)) {
				next = append(next, one)
			}
			return next
		},
		Equal: func(a, b interface{}) bool { return a == b },
		DescribeOperation: func(in, out interface{}) string {
			return fmt.Sprintf("%+v -> %+v", in, out)
		},
	}
	return specification.ToModel()
}
