// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	errors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
)

// Watcher watches ConfigMaps and resumes, after each cut, where it was. It never lists: what it is told is all it knows.
type Watcher struct {
	name      string
	client    kubernetes.Interface
	namespace string // "" is all
	selector  string
	timeout   int64 // seconds after which the server ends each watch; 0 leaves it to the server

	mutex     sync.Mutex
	seen      map[string][]Happening
	revision  uint64
	resumes   int
	bookmarks int
	expired   bool // the server said 410
	faults    []string
}

func NewWatcher(name string, client kubernetes.Interface, namespace, selector, revision string) (*Watcher, error) {
	start, err := strconv.ParseUint(revision, 10, 64)
	return &Watcher{name: name, client: client, namespace: namespace, selector: selector, seen: map[string][]Happening{}, revision: start}, err
}

// Run watches until the context ends or the server says that the history is gone.
func (w *Watcher) Run(ctx context.Context) {
	for ctx.Err() == nil && !w.Expired() {
		options := metav1.ListOptions{LabelSelector: w.selector, ResourceVersion: strconv.FormatUint(w.revision, 10), AllowWatchBookmarks: true}
		if w.timeout > 0 {
			options.TimeoutSeconds = &w.timeout
		}
		events, err := w.client.CoreV1().ConfigMaps(w.namespace).Watch(ctx, options)
		if err != nil {
			if errors.IsResourceExpired(err) || errors.IsGone(err) {
				w.mutex.Lock()
				w.expired = true
				w.mutex.Unlock()
				return
			}
			time.Sleep(20 * time.Millisecond)
			continue
		}
		for event := range events.ResultChan() {
			w.take(event)
		}
		w.mutex.Lock()
		w.resumes++
		w.mutex.Unlock()
	}
}

func (w *Watcher) take(event watch.Event) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if event.Type == watch.Error {
		if err := errors.FromObject(event.Object); errors.IsResourceExpired(err) || errors.IsGone(err) {
			w.expired = true
		} // any other error is the connection's; the watch is begun again
		return
	}
	accessor, err := meta.Accessor(event.Object)
	if err != nil {
		w.faults = append(w.faults, err.Error())
		return
	}
	revision, err := strconv.ParseUint(accessor.GetResourceVersion(), 10, 64)
	if err != nil {
		w.faults = append(w.faults, err.Error())
		return
	}
	if event.Type == watch.Bookmark {
		w.bookmarks++
		if revision < w.revision {
			w.faults = append(w.faults, fmt.Sprintf("a bookmark at %d after an event at %d", revision, w.revision))
		}
		w.revision = revision
		return
	}
	if revision <= w.revision {
		w.faults = append(w.faults, fmt.Sprintf("an event at %d after %d", revision, w.revision))
	}
	w.revision = revision
	object, is := event.Object.(*core.ConfigMap)
	if !is {
		w.faults = append(w.faults, fmt.Sprintf("an object of type %T", event.Object))
		return
	}
	key := object.Namespace + "/" + object.Name
	w.seen[key] = append(w.seen[key], happeningOf(string(event.Type), object))
}

func happeningOf(kind string, object *core.ConfigMap) Happening {
	seq, _ := strconv.Atoi(object.Data["seq"]) // an object without it has number 0, which no write has
	return Happening{kind, seq, object.Labels["team"]}
}

// Expired says whether the server has told that the history is gone.
func (w *Watcher) Expired() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.expired
}

// Faults says what was wrong with what it was told.
func (w *Watcher) Faults() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return append([]string(nil), w.faults...)
}

// Events is how many it was told.
func (w *Watcher) Events() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	n := 0
	for _, list := range w.seen {
		n += len(list)
	}
	return n
}

// Seen copies what it was told.
func (w *Watcher) Seen() map[string][]Happening {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	out := map[string][]Happening{}
	for key, list := range w.seen {
		out[key] = append([]Happening(nil), list...)
	}
	return out
}
