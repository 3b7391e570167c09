// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
)

// event is one line of a watch.
type event struct {
	Type     string
	Key      string
	Value    int
	Revision int64
}

// checkOrder: revisions only grow, and what is told of a key follows from what was told before.
func checkOrder(told []event) error {
	last := int64(0)
	exists := map[string]bool{}
	for i, e := range told {
		if e.Revision <= last {
			return fmt.Errorf("event %d has revision %d after %d: out of order or told twice", i, e.Revision, last)
		}
		last = e.Revision
		if is := exists[e.Key]; is != (e.Type != "ADDED") {
			return fmt.Errorf("event %d: %s of %s, which was there: %v", i, e.Type, e.Key, is)
		}
		exists[e.Key] = e.Type != "DELETED"
	}
	return nil
}

// checkComplete: every write that was acknowledged was told, with its value.
func checkComplete(told []event, history []record) error {
	at := map[int64]event{}
	for _, e := range told {
		at[e.Revision] = e
	}
	for _, r := range history {
		if r.Out.Status/100 != 2 || r.In.Verb == get || r.In.Verb == remove {
			continue
		}
		if e, is := at[r.Out.Revision]; !is || e.Key != r.In.Key || e.Value != r.In.Value {
			return fmt.Errorf("%+v was acknowledged as revision %d, and the watch told %+v", r.In, r.Out.Revision, e)
		}
	}
	return nil
}

// checkSame: every watch of the same objects tells the same.
func checkSame(all [][]event) error {
	for i, told := range all {
		if !slices.Equal(told, all[0]) {
			return fmt.Errorf("watch %d was told %d events, watch 0 %d, or others", i, len(told), len(all[0]))
		}
	}
	return nil
}

// after is what a watch that resumes from a revision has to tell.
func after(told []event, revision int64) []event {
	at := slices.IndexFunc(told, func(e event) bool { return e.Revision > revision })
	if at < 0 {
		return nil
	}
	return told[at:]
}
