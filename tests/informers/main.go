// SPDX-License-Identifier: Apache-2.0

// Informers and watches of client-go against an API server whose connections are cut all the time: no event may be missed, none
// may come twice. Then the history is outrun, and everybody has to be told so (410) and to find their way back.
//
//	informers -kubeconfig FILE [-writes 36000] [-history 20000] [-seed 1]
//
// 36,000 writes are an hour of ten writes a second. `history` is how many changes the server keeps. With
// KUBE_FEATURE_WatchListClient=true in the environment the informers begin with a watch instead of a list.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net/url"
	"os"
	"reflect"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

const (
	namespaces = 6
	patience   = 5 * time.Minute // for a condition that must come; a loaded machine is slow, not wrong
)

type trial struct {
	ctx       context.Context
	direct    kubernetes.Interface
	proxied   kubernetes.Interface
	proxy     *Proxy
	ledger    *Ledger
	churners  []*Churner
	watchers  []*Watcher
	quiet     *Watcher // of a selector that nothing matches: lives by bookmarks alone
	informers []*Informed
	prefix    string
	failures  []string
}

func (t *trial) failf(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	if len(t.failures) < 20 {
		fmt.Println("FAILED", text)
	}
	t.failures = append(t.failures, text)
}

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "informers:", err)
		os.Exit(1)
	}
}

func connect(kubeconfig string) (direct, proxied kubernetes.Interface, proxy *Proxy) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	die(err)
	config.QPS, config.Burst = -1, -1
	target, err := url.Parse(config.Host)
	die(err)
	proxy, err = NewProxy(target.Host)
	die(err)
	through := rest.CopyConfig(config)
	through.Host = "https://" + proxy.Address()
	direct, err = kubernetes.NewForConfig(config)
	die(err)
	proxied, err = kubernetes.NewForConfig(through)
	die(err)
	return direct, proxied, proxy
}

func (t *trial) prepare(seed int64) {
	for i := 0; i < namespaces; i++ {
		name := fmt.Sprintf("%s-%d", t.prefix, i)
		_, err := t.direct.CoreV1().Namespaces().Create(t.ctx, &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
		die(err)
		t.churners = append(t.churners, NewChurner(t.direct, t.ledger, name, seed+int64(i)))
	}
	list, err := t.direct.CoreV1().ConfigMaps("").List(t.ctx, metav1.ListOptions{Limit: 1})
	die(err)
	start := list.ResourceVersion
	watcher := func(name string, client kubernetes.Interface, namespace, selector string) *Watcher {
		w, err := NewWatcher(name, client, namespace, selector, start)
		die(err)
		return w
	}
	t.watchers = []*Watcher{
		watcher("watch of all", t.proxied, "", "team"),
		watcher("watch of one namespace", t.proxied, t.prefix+"-0", "team"),
		watcher("watch with a selector", t.proxied, "", "team=red"),
		watcher("watch that the server ends", t.proxied, "", "team"),
	}
	t.watchers[3].timeout = 2
	t.quiet = watcher("watch of nothing", t.direct, "", "team=nobody")
	t.quiet.timeout = 2
	for _, one := range [][3]string{{"informer of all", "", "team"}, {"informer of one namespace", t.prefix + "-1", ""}, {"informer with a selector", "", "team=blue"}} {
		informed, err := NewInformed(one[0], t.proxied, one[1], one[2])
		die(err)
		t.informers = append(t.informers, informed)
	}
}

// want is what the ledger says that somebody with this view must have been told.
func (t *trial) want(namespace, selector string) map[string][]Happening {
	out := t.ledger.Snapshot(func(key string) bool {
		return namespace == "" || len(key) > len(namespace) && key[:len(namespace)+1] == namespace+"/"
	})
	if len(selector) > 5 { // team=...
		for key, list := range out {
			if out[key] = ThroughSelector(list, selector[5:]); len(out[key]) == 0 {
				delete(out, key)
			}
		}
	}
	return out
}

func total(account map[string][]Happening) int {
	n := 0
	for _, list := range account {
		n += len(list)
	}
	return n
}

func (t *trial) churn(writes int) {
	var all sync.WaitGroup
	errs := make(chan error, len(t.churners))
	for _, churner := range t.churners {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := churner.Run(t.ctx, writes/len(t.churners)); err != nil {
				errs <- err
			}
		}()
	}
	all.Wait()
	close(errs)
	for err := range errs {
		die(fmt.Errorf("a write failed: %w", err))
	}
}

// settle waits until `done`, and says whether it came.
func settle(done func() bool) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if done() {
			return true
		}
	}
	return false
}

var views = [][2]string{} // of the informers: namespace and selector

func (t *trial) checkAccounts() {
	for _, w := range t.watchers {
		want := t.want(w.namespace, w.selector)
		settle(func() bool { return w.Events() >= total(want) })
		for _, text := range Differences(want, w.Seen()) {
			t.failf("%s: %s", w.name, text)
		}
		for _, text := range w.Faults() {
			t.failf("%s: %s", w.name, text)
		}
		if w.Expired() {
			t.failf("%s was told that history is gone, and it was not", w.name)
		}
		fmt.Printf("  %-28s %6d events, begun again %3d times, %d bookmarks\n", w.name, w.Events(), w.resumes, w.bookmarks)
	}
	for i, in := range t.informers {
		t.catchUp(i)
		want := t.want(views[i][0], views[i][1])
		seen, fulls, repeats, faults := in.Account()
		// A cut in the middle of a request makes client-go read everything again, and then what happened in between is one step.
		// A cut in the middle of a watch must not.
		if fulls == 1 {
			faults = append(Differences(want, seen), faults...)
			if repeats != 0 {
				t.failf("%s was told %d things twice", in.name, repeats)
			}
		}
		for _, text := range faults {
			t.failf("%s: %s", in.name, text)
		}
		fmt.Printf("  %-28s %6d events, everything read %d time(s)\n", in.name, total(seen), fulls)
	}
}

// catchUp waits until an informer's handler and cache have what a list says.
func (t *trial) catchUp(i int) {
	list, err := t.direct.CoreV1().ConfigMaps(views[i][0]).List(t.ctx, metav1.ListOptions{LabelSelector: views[i][1]})
	die(err)
	want := map[string]string{}
	for j := range list.Items {
		if ours(&list.Items[j]) {
			want[keyOf(&list.Items[j])] = list.Items[j].ResourceVersion
		}
	}
	in := t.informers[i]
	if !settle(func() bool { return reflect.DeepEqual(want, in.Told()) && reflect.DeepEqual(want, in.Cached()) }) {
		t.failf("%s was told of %d objects and holds %d that are not the %d of the list", in.name, len(in.Told()), len(in.Cached()), len(want))
	}
}

// tidy deletes what the trial made, and waits until it is gone: a later trial watches all namespaces.
func (t *trial) tidy() {
	for i := 0; i < namespaces; i++ {
		name := fmt.Sprintf("%s-%d", t.prefix, i)
		die(t.direct.CoreV1().Namespaces().Delete(t.ctx, name, metav1.DeleteOptions{}))
	}
	for i := 0; i < namespaces; i++ {
		name := fmt.Sprintf("%s-%d", t.prefix, i)
		if !settle(func() bool {
			_, err := t.direct.CoreV1().Namespaces().Get(t.ctx, name, metav1.GetOptions{})
			return errors.IsNotFound(err)
		}) {
			t.failf("the namespace %s never went", name)
		}
	}
}

func main() {
	kubeconfig := flag.String("kubeconfig", os.Getenv("KUBECONFIG"), "of the server")
	writes := flag.Int("writes", 36000, "how many writes the strict part makes")
	history := flag.Int("history", 20000, "how many changes the server keeps")
	seed := flag.Int64("seed", 1, "of what is written and when connections are cut")
	flag.Parse()
	klog.SetOutput(io.Discard) // client-go tells of every cut
	klog.LogToStderr(false)
	ctx, cancel := context.WithCancel(context.Background())
	t := &trial{ctx: ctx, ledger: NewLedger(), prefix: fmt.Sprintf("informers-%d", time.Now().UnixNano()%1e6)}
	t.direct, t.proxied, t.proxy = connect(*kubeconfig)
	t.prepare(*seed)
	views = [][2]string{{"", "team"}, {t.prefix + "-1", ""}, {"", "team=blue"}}
	for _, w := range append(t.watchers, t.quiet) {
		go w.Run(ctx)
	}
	for _, in := range t.informers {
		go in.informer.RunWithContext(ctx)
	}
	if !settle(func() bool {
		for _, in := range t.informers {
			if !in.informer.HasSynced() {
				return false
			}
		}
		return true
	}) {
		die(fmt.Errorf("the informers never synced"))
	}

	began := time.Now()
	stop := make(chan struct{})
	go t.proxy.CutNowAndThen(stop, rand.New(rand.NewSource(*seed)))
	// In parts smaller than the history: nobody falls behind by more than what is kept.
	for part := min(*history/2, *writes); t.ledger.Count() < *writes; {
		t.churn(part)
		want := total(t.want("", "team"))
		settle(func() bool { return t.watchers[0].Events() >= want && t.watchers[3].Events() >= want })
		t.catchUp(0)
	}
	close(stop)
	fmt.Printf("%d writes in %.0f s, every connection cut %d times:\n", t.ledger.Count(), time.Since(began).Seconds(), t.proxy.Cuts())
	t.checkAccounts()

	t.proxy.Hold(true)
	gap := *history + *history/10
	t.churn(gap)
	t.proxy.Hold(false)
	for _, w := range t.watchers {
		if !settle(w.Expired) {
			t.failf("%s was never told that its history is gone", w.name)
		}
	}
	for i, in := range t.informers {
		t.catchUp(i)
		_, fulls, _, faults := in.Account()
		if fulls < 2 {
			t.failf("%s did not read everything again after the history was gone", in.name)
		}
		for _, text := range faults {
			t.failf("%s: %s", in.name, text)
		}
	}
	t.quiet.mutex.Lock()
	if t.quiet.expired || t.quiet.bookmarks == 0 || len(t.quiet.seen) != 0 {
		t.failf("%s: history gone %v, %d bookmarks, events of %d objects", t.quiet.name, t.quiet.expired, t.quiet.bookmarks, len(t.quiet.seen))
	}
	fmt.Printf("%d more writes out of reach: 410 to each watch, informers found back; a quiet watch lived on %d bookmarks\n", gap, t.quiet.bookmarks)
	t.quiet.mutex.Unlock()
	t.tidy()
	cancel()
	if len(t.failures) > 0 {
		fmt.Printf("%d failures\n", len(t.failures))
		os.Exit(1)
	}
	fmt.Println("no event was missed, none came twice")
}
