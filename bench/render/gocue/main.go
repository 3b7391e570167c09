// Command gocue times Go CUE on one definition: parameter and context as JSON in, output and outputs as JSON out.
//
//	gocue -n N DEFINITION.yaml PARAMETER.json CONTEXT.json
//
// Prints one line of JSON: {"reusedNs": ..., "freshNs": ..., "out": {...}}.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"gopkg.in/yaml.v3"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	text, err := os.ReadFile(path)
	check(err)
	return text
}

func export(v cue.Value) map[string]json.RawMessage {
	check(v.Validate())
	out := map[string]json.RawMessage{}
	for _, name := range []string{"output", "outputs"} {
		part := v.LookupPath(cue.ParsePath(name))
		if !part.Exists() {
			continue
		}
		text, err := part.MarshalJSON()
		check(err)
		out[name] = text
	}
	return out
}

func main() {
	n := flag.Int("n", 300, "rounds")
	flag.Parse()
	var definition struct{ Spec struct{ Schematic struct{ Cue struct{ Template string } } } }
	check(yaml.Unmarshal(read(flag.Arg(0)), &definition))
	template := definition.Spec.Schematic.Cue.Template + "\ncontext: _\nparameter: _\n"
	data := "parameter: " + string(read(flag.Arg(1))) + "\ncontext: " + string(read(flag.Arg(2))) + "\n"

	ctx := cuecontext.New()
	compiled := ctx.CompileString(template)
	check(compiled.Err())
	var out map[string]json.RawMessage
	reused := func() { out = export(compiled.FillPath(cue.MakePath(), ctx.CompileString(data))) }
	fresh := func() { export(cuecontext.New().CompileString(template + data)) }
	measure := func(f func()) int64 {
		f()
		start := time.Now()
		for i := 0; i < *n; i++ {
			f()
		}
		return time.Since(start).Nanoseconds() / int64(*n)
	}
	text, err := json.Marshal(map[string]interface{}{"reusedNs": measure(reused), "freshNs": measure(fresh), "out": out})
	check(err)
	fmt.Println(string(text))
}
