// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"
)

// api is the part of Kubernetes that is checked; the embedded server has it, and so has the double of the checker's own tests.
type api interface {
	do(in input) output
	// newest is the revision of the collection now.
	newest() (int64, error)
	// watch calls `told` for each event after a revision until it returns false; errGone when that was compacted.
	watch(ctx context.Context, after int64, told func(event) bool) error
}

var errGone = errors.New("410: the revision was compacted")

type record struct {
	Client       int
	In           input
	Out          output
	Call, Return int64
}

// workload is clients and watches that run for a while against one server.
type workload struct {
	server   api
	seed     int64
	clients  int
	keys     int
	watchers int
	length   time.Duration
	// cutEvery is about how many events a watch takes before it drops its connection and resumes.
	cutEvery int
}

type outcome struct {
	history []record
	watched [][]event
	first   int64 // where the watches began
	last    int64 // the newest revision at the end
}

func (w workload) run() (outcome, error) {
	first, err := w.server.newest()
	if err != nil {
		return outcome{}, err
	}
	began := time.Now()
	deadline := began.Add(w.length)
	histories := make([][]record, w.clients)
	var values atomic.Int64
	var clients sync.WaitGroup
	for c := 0; c < w.clients; c++ {
		clients.Add(1)
		go func() {
			defer clients.Done()
			random := rand.New(rand.NewSource(w.seed + int64(c)))
			seen := map[string]int64{}
			for time.Now().Before(deadline) {
				in := w.wish(random, seen, int(values.Add(1)))
				call := time.Since(began).Nanoseconds()
				out := w.server.do(in)
				back := time.Since(began).Nanoseconds()
				if out.Status == 0 || out.Status == notSent {
					time.Sleep(20 * time.Millisecond) // the server is away
					if in.Verb == get || out.Status == notSent {
						continue
					}
					back = never
				}
				if out.Revision != 0 {
					seen[in.Key] = out.Revision
				}
				histories[c] = append(histories[c], record{c, in, out, call, back})
			}
		}()
	}
	end := make(chan int64, w.watchers)
	watched := make([][]event, w.watchers)
	failures := make([]error, w.watchers)
	var watchers sync.WaitGroup
	for i := range watched {
		watchers.Add(1)
		go func() {
			defer watchers.Done()
			watched[i], failures[i] = w.follow(rand.New(rand.NewSource(w.seed-int64(i)-1)), first, end)
		}()
	}
	clients.Wait()
	last, err := w.server.newest()
	if err != nil {
		return outcome{}, err
	}
	for range watched {
		end <- last
	}
	watchers.Wait()
	out := outcome{watched: watched, first: first, last: last}
	for _, history := range histories {
		out.history = append(out.history, history...)
	}
	return out, errors.Join(failures...)
}

func (w workload) wish(random *rand.Rand, seen map[string]int64, value int) input {
	in := input{Key: fmt.Sprintf("key-%d", random.Intn(w.keys)), Value: value}
	switch chance := random.Intn(100); {
	case chance < 40:
		in.Verb, in.Value = get, 0
	case chance < 55:
		in.Verb = create
	case chance < 75 && seen[in.Key] != 0:
		in.Verb, in.Revision = update, seen[in.Key]
	case chance < 90:
		in.Verb = patch
	default:
		in.Verb, in.Value = remove, 0
	}
	return in
}

// follow watches from a revision, over cut connections and restarts, until it is known what the last revision is and that was reached.
func (w workload) follow(random *rand.Rand, from int64, end <-chan int64) ([]event, error) {
	told := []event{}
	last := int64(-1)
	at := func() int64 {
		if len(told) == 0 {
			return from
		}
		return told[len(told)-1].Revision
	}
	limit := time.Now().Add(w.length + 2*time.Minute)
	for time.Now().Before(limit) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		left := 1 + random.Intn(2*w.cutEvery)
		err := w.server.watch(ctx, at(), func(e event) bool {
			told = append(told, e)
			left--
			return left > 0
		})
		cancel()
		if errors.Is(err, errGone) {
			return told, fmt.Errorf("a watch cannot resume from %d: %w", at(), err)
		}
		select {
		case last = <-end:
		default:
		}
		// Other objects have revisions too, so a watch that is quiet for a second and cannot be behind is done.
		if last >= 0 && (at() >= last || err == nil && left > 0) {
			return told, nil
		}
	}
	return told, errors.New("a watch did not reach the end in two minutes")
}

// check holds the outcome against the specification and the rules of watches.
func (o outcome) check() error {
	operations := make([]porcupine.Operation, 0, len(o.history))
	for _, r := range o.history {
		operations = append(operations, porcupine.Operation{ClientId: r.Client, Input: r.In, Call: r.Call, Output: r.Out, Return: r.Return})
	}
	const patience = 2 * time.Minute
	result, info := porcupine.CheckOperationsVerbose(model(), operations, patience)
	if result != porcupine.Ok {
		return fmt.Errorf("the history of %d operations is not linearizable: %s%s", len(operations), result, stuck(operations, info))
	}
	if err := checkSame(o.watched); err != nil {
		return err
	}
	if err := checkOrder(o.watched[0]); err != nil {
		return err
	}
	return checkComplete(o.watched[0], o.history)
}

// stuck describes where the longest order that was found ends, for each object that has none for all of its operations.
func stuck(operations []porcupine.Operation, info porcupine.LinearizationInfo) string {
	text := ""
	for _, partials := range info.PartialLinearizationsOperations() {
		longest := []porcupine.Operation{}
		for _, partial := range partials {
			if len(partial) > len(longest) {
				longest = partial
			}
		}
		if len(longest) == 0 {
			continue
		}
		last := longest[len(longest)-1]
		total := 0
		near := []porcupine.Operation{}
		for _, o := range operations {
			if o.Input.(input).Key != last.Input.(input).Key {
				continue
			}
			total++
			if o.Return >= last.Call && o.Call <= last.Return+int64(20*time.Millisecond) {
				near = append(near, o)
			}
		}
		if len(longest) == total {
			continue
		}
		text += fmt.Sprintf("\n%s: %d of %d in order, up to %+v -> %+v; around it:", last.Input.(input).Key, len(longest), total, last.Input, last.Output)
		for i, o := range near {
			if i < 20 {
				text += fmt.Sprintf("\n  %d-%d client %d %s value %d if %d -> %+v", o.Call, o.Return, o.ClientId, o.Input.(input).Verb, o.Input.(input).Value,
					o.Input.(input).Revision, o.Output)
			}
		}
	}
	return text
}

// resume watches from revisions in between: each must tell exactly what followed.
func (w workload) resume(o outcome, times int) error {
	random := rand.New(rand.NewSource(w.seed))
	for i := 0; i < times; i++ {
		from := o.first + random.Int63n(o.last-o.first+1)
		want := after(o.watched[0], from)
		told := []event{}
		if len(want) > 0 {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			err := w.server.watch(ctx, from, func(e event) bool {
				told = append(told, e)
				return len(told) < len(want)
			})
			cancel()
			if err != nil {
				return err
			}
		}
		if err := checkSame([][]event{want, told}); err != nil {
			return fmt.Errorf("resumed from %d: %w", from, err)
		}
	}
	return nil
}
