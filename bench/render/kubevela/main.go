// Command kubevela times KubeVela's own render path in process: the workload engine, each trait's engine, and the
// conversion to objects, the way its controller calls them.
//
//	kubevela -n N -definitions DIR APP.yaml
//
// Prints one line of JSON: {"nsPerApp": ..., "objects": [...]}; objects are those of the last round.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/kubevela/pkg/cue/cuex"

	"github.com/oam-dev/kubevela/pkg/cue/definition"
	"github.com/oam-dev/kubevela/pkg/cue/process"
)

type definitionObject struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct{ Schematic struct{ Cue struct{ Template string } } }
}

type part struct {
	Name, Type string
	Properties map[string]interface{}
	Traits     []part
}

type application struct {
	Metadata struct{ Name string }
	Spec     struct{ Components []part }
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(templates map[string]string, app application) (objects []interface{}) {
	for _, c := range app.Spec.Components {
		ctx := process.NewContext(process.ContextData{
			Namespace: "default", AppName: app.Metadata.Name, CompName: c.Name,
			AppRevisionName: app.Metadata.Name + "-v1", Ctx: context.Background(),
		})
		check(definition.NewWorkloadAbstractEngine(c.Type).Complete(ctx, templates["ComponentDefinition/"+c.Type], c.Properties))
		for _, t := range c.Traits {
			check(definition.NewTraitAbstractEngine(t.Type).Complete(ctx, templates["TraitDefinition/"+t.Type], t.Properties))
		}
		base, auxiliaries := ctx.Output()
		object, err := base.Unstructured()
		check(err)
		objects = append(objects, object.Object)
		for _, a := range auxiliaries {
			object, err := a.Ins.Unstructured()
			check(err)
			objects = append(objects, object.Object)
		}
	}
	return objects
}

func main() {
	n := flag.Int("n", 50, "rounds")
	dir := flag.String("definitions", "", "folder of definitions as YAML")
	flag.Parse()
	cuex.EnableExternalPackageForDefaultCompiler = false
	templates := map[string]string{}
	files, err := filepath.Glob(*dir + "/*.yaml")
	check(err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		check(err)
		var d definitionObject
		check(yaml.Unmarshal(text, &d))
		templates[d.Kind+"/"+d.Metadata.Name] = d.Spec.Schematic.Cue.Template
	}
	text, err := os.ReadFile(flag.Arg(0))
	check(err)
	var app application
	check(yaml.Unmarshal(text, &app))
	render(templates, app)
	var objects []interface{}
	start := time.Now()
	for i := 0; i < *n; i++ {
		objects = render(templates, app)
	}
	out, err := json.Marshal(map[string]interface{}{
		"nsPerApp": time.Since(start).Nanoseconds() / int64(*n), "objects": objects,
	})
	check(err)
	fmt.Println(string(out))
}
