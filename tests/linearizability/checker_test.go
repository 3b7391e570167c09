// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"math/rand"
	"strings"
	"sync"
	"testing"
	"time"
)

// double is a server in memory with one defect, by which the checker shows that it can fail.
type double struct {
	mutex   sync.Mutex
	changed *sync.Cond
	random  *rand.Rand
	now     map[string]object
	before  map[string]object
	events  []event
	defect  string
}

func newDouble(defect string) *double {
	d := &double{random: rand.New(rand.NewSource(1)), now: map[string]object{}, before: map[string]object{}, defect: defect}
	d.changed = sync.NewCond(&d.mutex)
	return d
}

func (d *double) has(defect string) bool { return d.defect == defect && d.random.Intn(50) == 0 }

func (d *double) do(in input) output {
	time.Sleep(time.Duration(rand.Intn(300)) * time.Microsecond)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	is := d.now[in.Key]
	if in.Verb == get {
		if d.has("stale read") {
			is = d.before[in.Key]
		}
		if !is.Exists {
			return output{Status: 404}
		}
		return output{200, is.Value, is.Revision}
	}
	if is.Exists == (in.Verb == create) {
		if in.Verb == create {
			return output{Status: 409}
		}
		return output{Status: 404}
	}
	if in.Verb == update && in.Revision != is.Revision && !d.has("lost update") {
		return output{Status: 409}
	}
	revision := int64(len(d.events) + 1)
	kind := map[verb]string{create: "ADDED", update: "MODIFIED", patch: "MODIFIED", remove: "DELETED"}[in.Verb]
	d.events = append(d.events, event{kind, in.Key, in.Value, revision})
	d.changed.Broadcast()
	if d.has("lost write") {
		return output{200 + map[bool]int{true: 1}[in.Verb == create], in.Value, revision}
	}
	d.before[in.Key] = is
	d.now[in.Key] = object{Exists: in.Verb != remove, Value: in.Value, Revision: revision}
	if in.Verb == remove {
		return output{Status: 200}
	}
	return output{200 + map[bool]int{true: 1}[in.Verb == create], in.Value, revision}
}

func (d *double) newest() (int64, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return int64(len(d.events)), nil
}

func (d *double) watch(ctx context.Context, after int64, told func(event) bool) error {
	stop := context.AfterFunc(ctx, d.changed.Broadcast)
	defer stop()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for at := int(after); ; at++ {
		for at >= len(d.events) {
			if ctx.Err() != nil {
				return nil
			}
			d.changed.Wait()
		}
		times := 1
		if d.has("event left out") {
			times = 0
		}
		if d.has("event told twice") {
			times = 2
		}
		next := d.events[at]
		if d.has("events in another order") && at+1 < len(d.events) {
			next = d.events[at+1]
		}
		for ; times > 0; times-- {
			if !told(next) {
				return nil
			}
		}
	}
}

func outcomeOf(defect string) error {
	load := workload{server: newDouble(defect), seed: 1, clients: 6, keys: 3, watchers: 2, length: 700 * time.Millisecond, cutEvery: 100}
	result, err := load.run()
	if err == nil {
		err = result.check()
	}
	if err == nil {
		err = load.resume(result, 20)
	}
	return err
}

func TestACorrectServerPasses(t *testing.T) {
	if err := outcomeOf("none"); err != nil {
		t.Fatal(err)
	}
}

func TestEachDefectIsFound(t *testing.T) {
	for defect, complaint := range map[string]string{
		"stale read":              "not linearizable",
		"lost update":             "not linearizable",
		"lost write":              "not linearizable",
		"event left out":          "",
		"event told twice":        "",
		"events in another order": "",
	} {
		t.Run(defect, func(t *testing.T) {
			t.Parallel()
			err := outcomeOf(defect)
			if err == nil || !strings.Contains(err.Error(), complaint) {
				t.Fatalf("the checker says: %v", err)
			}
		})
	}
}

func TestAnUnansweredWriteMayHaveHappenedOrNot(t *testing.T) {
	write := record{0, input{"k", create, 1, 0}, output{}, 0, never}
	for name, read := range map[string]struct {
		out output
		ok  bool
	}{
		"happened":       {output{200, 1, 5}, true},
		"did not":        {output{Status: 404}, true},
		"something else": {output{200, 2, 5}, false},
	} {
		o := outcome{history: []record{write, {1, input{"k", get, 0, 0}, read.out, 10, 20}}, watched: [][]event{{}}}
		if err := o.check(); (err == nil) != read.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
