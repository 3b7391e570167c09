// SPDX-License-Identifier: Apache-2.0

// Oracle answers CUE programs with what the Go implementation makes of them. It reads one JSON object a line,
// {"id": ..., "src": "...", "mode": "export"}, and writes one a line: {"id", "ok", "json"} for a program whose root
// can be exported, else {"id", "class", "msg", "fields"} with the class of the worst error, and for each regular field of
// the root its JSON or, where it has none, "!" and the class of its error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
)

type request struct {
	ID   json.RawMessage `json:"id"`
	Src  string          `json:"src"`
	Expr string          `json:"expr"`
}

type answer struct {
	ID     json.RawMessage `json:"id"`
	OK     bool            `json:"ok"`
	JSON   string          `json:"json,omitempty"`
	Class  string          `json:"class,omitempty"`
	Msg    string          `json:"msg,omitempty"`
	Fields []string        `json:"fields,omitempty"`
}

// kinds are words of messages and the class they stand for, the first that fits counting. engine.cpp has the same.
var kinds = []struct{ word, class string }{
	{"structural cycle", "structural_cycle"}, {"cycle", "cycle"}, {"incomplete", "incomplete"}, {"non-concrete", "incomplete"},
	{"undefined field", "incomplete"}, {"not concrete", "incomplete"}, {"not allowed", "closed"},
	{"conflicting values", "conflict"}, {"mismatched types", "conflict"}, {"empty disjunction", "disjunction"},
	{"invalid value", "bound"}, {"out of bound", "bound"}, {"required", "required"},
}

// class tells whether an error may go away, and the classes of all its parts.
func class(v cue.Value, err error) string {
	found := map[string]bool{}
	for _, e := range errors.Errors(err) {
		msg, is := errors.Details(e, nil), "other"
		for _, k := range kinds {
			if strings.Contains(msg, k.word) {
				is = k.class
				break
			}
		}
		found[is] = true
	}
	names := []string{"eval"}
	if verr := v.Validate(); verr == nil {
		names[0] = "incomplete"
	}
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names[1:])
	return strings.Join(names, " ")
}

func evaluate(r request) (out answer) {
	out.ID = r.ID
	defer func() {
		if p := recover(); p != nil {
			out.OK = false
			out.Class = "panic"
			out.Msg = fmt.Sprint(p)
		}
	}()
	ctx := cuecontext.New()
	v := ctx.CompileString(r.Src, cue.Filename("fuzz.cue"))
	if r.Expr != "" && v.Err() == nil {
		v = v.LookupPath(cue.ParsePath(r.Expr))
	}
	// Errors in definitions and hidden fields count as `cue export` counts them.
	err := v.Validate(cue.Concrete(true), cue.Final())
	if err == nil {
		var b []byte
		b, err = v.MarshalJSON()
		if err == nil {
			out.OK = true
			out.JSON = string(b)
			return out
		}
	}
	out.Class = class(v, err)
	var lines []string
	for _, e := range errors.Errors(err) {
		lines = append(lines, e.Error())
	}
	out.Msg = strings.Join(lines, "\n")
	iter, err := v.Fields()
	if err != nil {
		return out
	}
	for iter.Next() {
		f := iter.Value()
		text := ""
		err := f.Validate(cue.Concrete(true), cue.Final())
		if err == nil {
			var b []byte
			b, err = f.MarshalJSON()
			text = string(b)
		}
		if err != nil {
			text = "!" + class(f, err)
		}
		out.Fields = append(out.Fields, iter.Selector().Unquoted()+" "+text)
	}
	return out
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	w := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := enc.Encode(evaluate(r)); err != nil {
			os.Exit(2)
		}
		w.Flush()
	}
}
