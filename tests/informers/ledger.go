// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"sync"
)

// Happening is one write that the server has acknowledged, or one event that somebody was told.
type Happening struct {
	Type string // ADDED, MODIFIED, DELETED
	Seq  int    // of the object's life: grows with each write to its key
	Team string // the value of the label "team" after the write (before it, for a deletion)
}

func (h Happening) String() string { return fmt.Sprintf("%s#%d(%s)", h.Type, h.Seq, h.Team) }

// Ledger keeps, for each key, what was acknowledged, in order.
type Ledger struct {
	mutex sync.Mutex
	keys  map[string][]Happening
	count int
}

func NewLedger() *Ledger { return &Ledger{keys: map[string][]Happening{}} }

func (l *Ledger) Add(key string, h Happening) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.keys[key] = append(l.keys[key], h)
	l.count++
}

func (l *Ledger) Count() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.count
}

// Snapshot copies the happenings of the keys that `accepts`.
func (l *Ledger) Snapshot(accepts func(key string) bool) map[string][]Happening {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	out := map[string][]Happening{}
	for key, list := range l.keys {
		if accepts(key) {
			out[key] = append([]Happening(nil), list...)
		}
	}
	return out
}

// ThroughSelector is what a watch with the selector team=TEAM is told of one object's happenings: an object that
// comes to match is added, one that no longer does is deleted.
func ThroughSelector(list []Happening, team string) []Happening {
	var out []Happening
	was := false
	for _, h := range list {
		is := h.Team == team && h.Type != "DELETED"
		switch {
		case is && !was:
			out = append(out, Happening{"ADDED", h.Seq, h.Team})
		case is && was:
			out = append(out, Happening{"MODIFIED", h.Seq, h.Team})
		case was && h.Type == "DELETED":
			out = append(out, h)
		case was:
			// The event shows the object as it was when it matched last.
			out = append(out, Happening{"DELETED", h.Seq - 1, team})
		}
		was = is
	}
	return out
}

// Differences says where two accounts of the same keys differ; at most a few sentences.
func Differences(want, got map[string][]Happening) []string {
	var out []string
	for key := range got {
		if _, known := want[key]; !known && len(got[key]) > 0 {
			out = append(out, fmt.Sprintf("%s: nothing expected, got %v", key, got[key][0]))
		}
	}
	for key, list := range want {
		other := got[key]
		for i := 0; i < len(list) || i < len(other); i++ {
			switch {
			case i >= len(other):
				out = append(out, fmt.Sprintf("%s: missed %v, which is number %d of %d", key, list[i], i+1, len(list)))
			case i >= len(list):
				out = append(out, fmt.Sprintf("%s: one too many: %v", key, other[i]))
			case list[i] != other[i]:
				out = append(out, fmt.Sprintf("%s: number %d is %v, want %v", key, i+1, other[i], list[i]))
			default:
				continue
			}
			break
		}
		if len(out) > 5 {
			return append(out, "...")
		}
	}
	return out
}
