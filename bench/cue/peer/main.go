// SPDX-License-Identifier: Apache-2.0

// Peer is the Go side of the CUE benchmark: the same work as cue_bench.cpp on the Go implementation, in process. It
// reads cases, one JSON object a line, and prints one line for each case and way of working:
// {"name", "mode", "ns" (median of a run), "runs", "out"}; last {"peak_kib"}.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"syscall"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
)

type benchCase struct {
	Name      string          `json:"name"`
	Template  string          `json:"template"`
	Parameter json.RawMessage `json:"parameter"`
	Context   json.RawMessage `json:"context"`
	Corpus    string          `json:"corpus"`
}

var results = []string{"output", "outputs", "patch", "patchOutputs"}

// export gives the JSON of the fields that a template is rendered for, after the whole value was validated, as
// KubeVela does it.
func export(v cue.Value) (string, error) {
	if err := v.Validate(); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range results {
		field := v.LookupPath(cue.ParsePath(name))
		if !field.Exists() {
			continue
		}
		j, err := field.MarshalJSON()
		if err != nil {
			return "", err
		}
		b.WriteString(name)
		b.WriteByte(' ')
		b.Write(j)
		b.WriteByte('\n')
	}
	return b.String(), nil
}

func inputs(c benchCase) string {
	return "parameter: " + string(c.Parameter) + "\ncontext: " + string(c.Context) + "\n"
}

func fresh(c benchCase) (string, error) {
	v := cuecontext.New().CompileString(c.Template + "\ncontext: _\nparameter: _\n" + inputs(c))
	return export(v)
}

func reuse(c benchCase) func() (string, error) {
	ctx := cuecontext.New()
	base := ctx.CompileString(c.Template + "\ncontext: _\nparameter: _\n")
	uses := 0
	return func() (string, error) {
		// The Go library never frees what a context has interned: a fresh one now and then, as a server must.
		if uses++; uses%2000 == 0 {
			ctx = cuecontext.New()
			base = ctx.CompileString(c.Template + "\ncontext: _\nparameter: _\n")
		}
		return export(base.FillPath(cue.MakePath(), ctx.CompileString(inputs(c))))
	}
}

func corpus(c benchCase) (string, error) {
	v := cuecontext.New().CompileString(c.Corpus)
	if err := v.Validate(); err != nil {
		return "", err
	}
	return "", nil
}

func measure(name, mode string, budget time.Duration, f func() (string, error)) {
	out, err := f()
	text := out
	if err != nil {
		text = "error"
	}
	var times []int64
	start := time.Now()
	for len(times) < 5 || (time.Since(start) < budget && len(times) < 100000) {
		t := time.Now()
		_, _ = f()
		times = append(times, time.Since(t).Nanoseconds())
		if len(times) >= 1 && time.Since(start) > 20*budget {
			break
		}
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	line, _ := json.Marshal(map[string]any{"name": name, "mode": mode, "ns": times[len(times)/2], "runs": len(times), "out": text})
	fmt.Println(string(line))
}

func main() {
	cases := flag.String("cases", "", "file of cases")
	ms := flag.Int("ms", 100, "milliseconds a case and mode")
	flag.Parse()
	f, err := os.Open(*cases)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	in := bufio.NewScanner(f)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	budget := time.Duration(*ms) * time.Millisecond
	for in.Scan() {
		var c benchCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if c.Corpus != "" {
			measure(c.Name, "corpus", budget, func() (string, error) { return corpus(c) })
			continue
		}
		measure(c.Name, "reuse", budget, reuse(c))
		measure(c.Name, "fresh", budget, func() (string, error) { return fresh(c) })
	}
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	fmt.Printf("{\"peak_kib\":%d}\n", r.Maxrss)
}
