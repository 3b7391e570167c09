// SPDX-License-Identifier: Apache-2.0

// load drives one Kubernetes API server over HTTP/2 with TLS, as client-go does, and prints what each kind of request cost the server:
// a JSON object of phases with the requests done and the CPU seconds that the server's processes spent meanwhile (/proc/PID/stat).
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	namespace      = "bench"
	ticksPerSecond = 100 // USER_HZ, the same on every Linux architecture Go knows
)

// A phase is one row of the result. CPU is of the server, in seconds; so much of it as one count costs is what is compared.
type phase struct {
	Count   int64   `json:"count"`
	CPU     float64 `json:"cpu"`
	Seconds float64 `json:"seconds"`
	P50     float64 `json:"p50ms,omitempty"`
	P99     float64 `json:"p99ms,omitempty"`
}

type bench struct {
	base    string
	clients []*http.Client
	pids    []string
	results map[string]any
}

func main() {
	log.SetFlags(0)
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of the server")
	pids := flag.String("pids", "", "process ids of the server, with commas")
	objects := flag.Int("objects", 10000, "objects to make")
	gets := flag.Int("gets", 10000, "objects to read, one by one")
	lists := flag.Int("lists", 10, "times to list all objects")
	patches := flag.Int("patches", 5000, "merge patches")
	watchers := flag.Int("watchers", 100, "watches of all objects")
	changes := flag.Int("changes", 500, "changes told to all watches")
	workers := flag.Int("workers", 16, "requests at a time")
	connections := flag.Int("connections", 4, "TLS connections")
	ready := flag.Bool("ready", false, "only print the milliseconds from the start of the first process until /readyz answers ok")
	flag.Parse()
	if *ready {
		untilReady(*kubeconfig, strings.Split(*pids, ",")[0])
		return
	}
	b := &bench{pids: strings.Split(*pids, ","), results: map[string]any{}}
	waitFor(*kubeconfig)
	b.connect(*kubeconfig, *connections)
	b.must("POST", "/api/v1/namespaces", "application/json", object("v1", "Namespace", namespace, "", nil))
	configMaps := "/api/v1/namespaces/" + namespace + "/configmaps"
	deployments := "/apis/apps/v1/namespaces/" + namespace + "/deployments"
	b.each("create", *objects, *workers, func(i int, random *rand.Rand) int64 {
		b.must("POST", configMaps, "application/json", configMap(i, random))
		return 1
	})
	b.results["residentMiB"] = b.memory("VmRSS")
	b.each("create Deployment", *patches/5, *workers, func(i int, random *rand.Rand) int64 {
		b.must("POST", deployments, "application/json", deployment(i))
		return 1
	})
	b.each("get", *gets, *workers, func(i int, random *rand.Rand) int64 {
		b.must("GET", fmt.Sprintf("%s/object-%d", configMaps, random.Intn(*objects)), "", nil)
		return 1
	})
	b.each("list", *lists, 1, func(i int, random *rand.Rand) int64 {
		size := len(b.must("GET", configMaps, "", nil))
		if size < *objects*500 {
			log.Fatalf("the list has %d bytes only", size)
		}
		return 1
	})
	b.each("patch", *patches, *workers, func(i int, random *rand.Rand) int64 {
		body := fmt.Sprintf(`{"data":{"changed":"%d"}}`, i)
		b.must("PATCH", fmt.Sprintf("%s/object-%d", configMaps, random.Intn(*objects)), "application/merge-patch+json", []byte(body))
		return 1
	})
	b.watch(configMaps, *watchers, *changes)
	b.results["peakMiB"] = b.memory("VmHWM")
	if err := json.NewEncoder(os.Stdout).Encode(b.results); err != nil {
		log.Fatal(err)
	}
}

// waitFor waits until the file is there and not empty: the server writes it when it is about to serve.
func waitFor(path string) {
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return
		}
	}
	log.Fatalf("%s does not appear", path)
}

// untilReady asks /readyz until it answers ok, and prints how long after the start of the process that was.
func untilReady(kubeconfig, pid string) {
	waitFor(kubeconfig)
	b := &bench{}
	b.connect(kubeconfig, 1)
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
		response, err := b.send(b.clients[0], "GET", "/readyz", "", nil)
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == 200 {
			now, err := os.ReadFile("/proc/uptime")
			if err != nil {
				log.Fatal(err)
			}
			uptime, err := strconv.ParseFloat(strings.Fields(string(now))[0], 64)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%.0f\n", (uptime-startedAt(pid))*1000)
			return
		}
	}
	log.Fatal("the server is not ready after a minute")
}

// startedAt is when the process began, in seconds since the machine's start.
func startedAt(pid string) float64 {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		log.Fatal(err)
	}
	ticks, err := strconv.ParseFloat(strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))[19], 64)
	if err != nil {
		log.Fatal(err)
	}
	return ticks / ticksPerSecond
}

func (b *bench) connect(kubeconfig string, connections int) {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	field := func(name string) []byte {
		found := regexp.MustCompile(name + `:\s*"?([^"\s,}]+)`).FindSubmatch(text)
		if found == nil {
			log.Fatalf("no %s in %s", name, kubeconfig)
		}
		return found[1]
	}
	decoded := func(name string) []byte {
		out, err := base64.StdEncoding.DecodeString(string(field(name)))
		if err != nil {
			log.Fatal(err)
		}
		return out
	}
	b.base = string(field("server"))
	pair, err := tls.X509KeyPair(decoded("client-certificate-data"), decoded("client-key-data"))
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(decoded("certificate-authority-data"))
	for i := 0; i < connections; i++ {
		transport := &http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
			ForceAttemptHTTP2: true,
		}
		b.clients = append(b.clients, &http.Client{Transport: transport, Timeout: 2 * time.Minute})
	}
}

func (b *bench) send(client *http.Client, method, path, contentType string, body []byte) (*http.Response, error) {
	request, err := http.NewRequest(method, b.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "bench")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return client.Do(request)
}

// must sends one request over the connection of its turn and returns the body; anything but success ends the program.
func (b *bench) must(method, path, contentType string, body []byte) []byte {
	response, err := b.send(b.clients[rand.Intn(len(b.clients))], method, path, contentType, body)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	if response.StatusCode >= 300 {
		log.Fatalf("%s %s: %s: %.300s", method, path, response.Status, answer)
	}
	return answer
}

// each runs `count` calls of `do`, `workers` at a time; `do` returns how much it counts for.
func (b *bench) each(name string, count, workers int, do func(i int, random *rand.Rand) int64) {
	var next, done atomic.Int64
	took := make([]time.Duration, count)
	b.measure(name, took, func() int64 {
		var group sync.WaitGroup
		for w := 0; w < workers; w++ {
			group.Add(1)
			go func(seed int64) {
				defer group.Done()
				random := rand.New(rand.NewSource(seed))
				for i := next.Add(1) - 1; i < int64(count); i = next.Add(1) - 1 {
					began := time.Now()
					done.Add(do(int(i), random))
					took[i] = time.Since(began)
				}
			}(int64(w))
		}
		group.Wait()
		return done.Load()
	})
}

func (b *bench) measure(name string, took []time.Duration, run func() int64) {
	cpu, began := b.cpu(), time.Now()
	count := run()
	result := phase{Count: count, Seconds: time.Since(began).Seconds(), CPU: b.cpu() - cpu}
	if len(took) > 0 {
		result.P50, result.P99 = quantile(took, 0.5), quantile(took, 0.99)
	}
	b.results[name] = result
}

// watch opens the watches, makes changes one after the other and waits until each watch was told of all of them.
func (b *bench) watch(path string, watchers, changes int) {
	var opened, told sync.WaitGroup
	opened.Add(watchers)
	told.Add(watchers)
	list := struct {
		Metadata struct{ ResourceVersion string }
	}{}
	if err := json.Unmarshal(b.must("GET", path+"?limit=1", "", nil), &list); err != nil {
		log.Fatal(err)
	}
	for w := 0; w < watchers; w++ {
		go func() {
			defer told.Done()
			response, err := b.send(b.clients[w%len(b.clients)], "GET", path+"?watch=true&resourceVersion="+list.Metadata.ResourceVersion, "", nil)
			if err != nil || response.StatusCode != 200 {
				log.Fatal("watch: ", err, response)
			}
			defer response.Body.Close()
			opened.Done()
			lines := bufio.NewReaderSize(response.Body, 64*1024)
			for seen := 0; seen < changes; seen++ {
				line, err := lines.ReadSlice('\n')
				if err != nil || !bytes.HasPrefix(line, []byte(`{"type":"MODIFIED"`)) {
					log.Fatalf("watch: %v %.300s", err, line)
				}
			}
		}()
	}
	opened.Wait()
	b.measure("watch", nil, func() int64 {
		for i := 0; i < changes; i++ {
			body := fmt.Sprintf(`{"data":{"watched":"%d"}}`, i)
			b.must("PATCH", fmt.Sprintf("%s/object-%d", path, i), "application/merge-patch+json", []byte(body))
		}
		told.Wait()
		return int64(watchers * changes)
	})
}

// cpu is the processor time that the server's processes have used, in seconds.
func (b *bench) cpu() float64 {
	total := 0.0
	for _, pid := range b.pids {
		text, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			log.Fatal(err)
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		for _, field := range fields[11:13] {
			ticks, err := strconv.ParseFloat(field, 64)
			if err != nil {
				log.Fatal(err)
			}
			total += ticks / ticksPerSecond
		}
	}
	return total
}

// memory sums a field of /proc/PID/status over the server's processes, in MiB.
func (b *bench) memory(field string) float64 {
	total := 0.0
	for _, pid := range b.pids {
		text, err := os.ReadFile("/proc/" + pid + "/status")
		if err != nil {
			log.Fatal(err)
		}
		found := regexp.MustCompile(field + `:\s+(\d+) kB`).FindSubmatch(text)
		if found == nil {
			log.Fatalf("no %s of process %s", field, pid)
		}
		kib, _ := strconv.ParseFloat(string(found[1]), 64)
		total += kib / 1024
	}
	return total
}
