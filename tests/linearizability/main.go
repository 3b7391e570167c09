// SPDX-License-Identifier: Apache-2.0

// linearizability runs concurrent clients and watches against `puppis server` and checks their histories: each object behaves as if its requests
// came one after the other (Porcupine), and watches tell every change once, in order, also when they resume from any revision that is kept.
// With -kills the server is killed in between and started again on its data.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A puppis server that can be killed and started again in the same place.
type process struct {
	command []string
	running *exec.Cmd
}

func (p *process) start(kubeconfig string) {
	os.Remove(kubeconfig)
	p.running = exec.Command(p.command[0], p.command[1:]...)
	p.running.Stderr = os.Stderr
	if err := p.running.Start(); err != nil {
		log.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(kubeconfig); err == nil && info.Size() > 0 {
			return
		}
	}
	log.Fatal("the server does not start")
}

func (p *process) kill() {
	p.running.Process.Kill()
	p.running.Wait()
}

func main() {
	log.SetFlags(0)
	puppis := flag.String("puppis", "", "the program")
	seconds := flag.Int("seconds", 15, "how long the clients run")
	kills := flag.Int("kills", 0, "times to kill -9 the server meanwhile")
	history := flag.Int("history", 1000000, "changes that the server keeps")
	seed := flag.Int64("seed", 1, "of the random choices")
	flag.Parse()
	folder, err := os.MkdirTemp("", "linearizability")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	kubeconfig := filepath.Join(folder, "kubeconfig")
	server := &process{command: []string{*puppis, "server", "--data-dir", filepath.Join(folder, "data"), "--listen", address, "--kubeconfig", kubeconfig,
		"--no-controller", "--nodes", "0", "--history", fmt.Sprint(*history)}}
	server.start(kubeconfig)
	client, err := connect(kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	load := workload{server: client, seed: *seed, clients: 10, keys: 5, watchers: 4, length: time.Duration(*seconds) * time.Second, cutEvery: 200}
	done := make(chan struct{})
	go func() {
		defer close(done)
		random := rand.New(rand.NewSource(*seed))
		for i := 0; i < *kills; i++ {
			time.Sleep(time.Duration(float64(load.length) / float64(*kills+1) * (0.5 + random.Float64()/2)))
			server.kill()
			server.start(kubeconfig)
		}
	}()
	result, err := load.run()
	<-done
	if err == nil {
		err = result.check()
	}
	if err == nil {
		err = load.resumeWithin(result, *history)
	}
	server.kill()
	if err != nil {
		os.RemoveAll(folder)
		log.Fatal(err)
	}
	unanswered := 0
	for _, r := range result.history {
		if r.Out.Status == 0 {
			unanswered++
		}
	}
	fmt.Printf("%d operations (%d not answered) of %d clients with %d kills are linearizable; %d watches told the same %d changes, resumed from 40 revisions\n",
		len(result.history), unanswered, load.clients, *kills, len(result.watched), len(result.watched[0]))
}

// resumeWithin resumes from revisions that are kept, and is told of one that is not.
func (w workload) resumeWithin(result outcome, history int) error {
	kept := result
	if oldest := result.last - int64(history); oldest > result.first {
		kept.first = oldest
		err := w.server.watch(context.Background(), result.first, func(event) bool { return false })
		if !errors.Is(err, errGone) {
			return fmt.Errorf("a watch from revision %d, which was compacted, was answered: %v", result.first, err)
		}
	}
	return w.resume(kept, 40)
}
