// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Informed is a client-go informer and the account of what its handler was told.
type Informed struct {
	name     string
	informer cache.SharedIndexInformer

	mutex     sync.Mutex
	seen      map[string][]Happening
	revisions map[string]string // of the live objects
	fulls     int               // times everything was read: lists, and watches that begin with what is there
	repeats   int               // updates to the same revision, which a second reading brings
	faults    []string
}

// NewInformed makes an informer of the ConfigMaps of a namespace that match a selector.
func NewInformed(name string, client kubernetes.Interface, namespace, selector string) (*Informed, error) {
	in := &Informed{name: name, seen: map[string][]Happening{}, revisions: map[string]string{}}
	objects := client.CoreV1().ConfigMaps(namespace)
	lister := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.LabelSelector = selector
			list, err := objects.List(ctx, options)
			if err == nil && list.Continue == "" {
				in.countFull()
			}
			return list, err
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.LabelSelector = selector
			events, err := objects.Watch(ctx, options)
			if err != nil || options.SendInitialEvents == nil || !*options.SendInitialEvents {
				return events, err
			}
			return watch.Filter(events, func(event watch.Event) (watch.Event, bool) {
				if object, is := event.Object.(*core.ConfigMap); is && event.Type == watch.Bookmark && object.Annotations[metav1.InitialEventsAnnotationKey] == "true" {
					in.countFull()
				}
				return event, true
			}), nil
		},
	}
	in.informer = cache.NewSharedIndexInformer(lister, &core.ConfigMap{}, 0, cache.Indexers{})
	_, err := in.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: in.added, UpdateFunc: in.updated, DeleteFunc: in.deleted})
	return in, err
}

func (in *Informed) countFull() {
	in.mutex.Lock()
	in.fulls++
	in.mutex.Unlock()
}

func (in *Informed) fault(format string, values ...any) {
	in.faults = append(in.faults, fmt.Sprintf(format, values...))
}

func keyOf(object *core.ConfigMap) string { return object.Namespace + "/" + object.Name }

// ours leaves out what the server puts into each namespace itself.
func ours(object *core.ConfigMap) bool { return strings.HasPrefix(object.Name, "churn-") }

// older says whether one revision comes before another.
func older(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }

func (in *Informed) added(value any) {
	object := value.(*core.ConfigMap)
	if !ours(object) {
		return
	}
	in.mutex.Lock()
	defer in.mutex.Unlock()
	key := keyOf(object)
	if _, is := in.revisions[key]; is {
		in.fault("%s was added twice", key)
	}
	in.revisions[key] = object.ResourceVersion
	in.seen[key] = append(in.seen[key], happeningOf("ADDED", object))
}

func (in *Informed) updated(_, value any) {
	object := value.(*core.ConfigMap)
	if !ours(object) {
		return
	}
	in.mutex.Lock()
	defer in.mutex.Unlock()
	key, revision := keyOf(object), object.ResourceVersion
	before, is := in.revisions[key]
	switch {
	case !is:
		in.fault("%s was updated before it was added", key)
	case revision == before:
		in.repeats++
		return
	case older(revision, before):
		in.fault("%s went back from revision %s to %s", key, before, revision)
	}
	in.revisions[key] = revision
	in.seen[key] = append(in.seen[key], happeningOf("MODIFIED", object))
}

func (in *Informed) deleted(value any) {
	if tombstone, is := value.(cache.DeletedFinalStateUnknown); is {
		value = tombstone.Obj
	}
	object := value.(*core.ConfigMap)
	if !ours(object) {
		return
	}
	in.mutex.Lock()
	defer in.mutex.Unlock()
	key := keyOf(object)
	if _, is := in.revisions[key]; !is {
		in.fault("%s was deleted twice", key)
	}
	delete(in.revisions, key)
	in.seen[key] = append(in.seen[key], happeningOf("DELETED", object))
}

// Account copies what the handler was told, how often everything was read, and what was wrong.
func (in *Informed) Account() (seen map[string][]Happening, fulls, repeats int, faults []string) {
	in.mutex.Lock()
	defer in.mutex.Unlock()
	seen = map[string][]Happening{}
	for key, list := range in.seen {
		seen[key] = append([]Happening(nil), list...)
	}
	return seen, in.fulls, in.repeats, append([]string(nil), in.faults...)
}

// Told is what the handler knows to be there: key to revision.
func (in *Informed) Told() map[string]string {
	in.mutex.Lock()
	defer in.mutex.Unlock()
	return maps.Clone(in.revisions)
}

// Cached is the cache's content: key to revision.
func (in *Informed) Cached() map[string]string {
	out := map[string]string{}
	for _, value := range in.informer.GetStore().List() {
		if object := value.(*core.ConfigMap); ours(object) {
			out[keyOf(object)] = object.ResourceVersion
		}
	}
	return out
}
