// SPDX-License-Identifier: Apache-2.0

// kindgen writes src/apiserver/kinds/kinds.json: the kinds of Kubernetes as structure facts (no prose). What it
// knows comes from two places: the Go API types (order of fields, pointers, omitempty: what an encoded object looks
// like) and a running kube-apiserver (discovery, OpenAPI v3: list types, merge keys, enums, required fields).
//
//	go run . -dump DIR > ../../src/apiserver/kinds/kinds.json
//
// DIR holds, as `kubectl get --raw` prints them, the OpenAPI v3 document of each group version as
// "api_v1.json", "apis_apps_v1.json", ..., and each discovery document as "disc_api_v1.json", "disc_apis_apps_v1.json".
// See dump.sh.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type field struct {
	Name  string
	Type  string
	Flags string
	Extra map[string]any
}

func (f field) MarshalJSON() ([]byte, error) {
	row := []any{f.Name, f.Type, f.Flags}
	if len(f.Extra) > 0 {
		row = append(row, f.Extra)
	}
	return json.Marshal(row)
}

type typeInfo struct {
	GVK      []map[string]string `json:"gvk,omitempty"`
	Required []string            `json:"req,omitempty"`
	MapType  string              `json:"mt,omitempty"`
	Fields   []field             `json:"f"`
}

// leaf types, by Go name; everything else that is a struct is walked
var leaves = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":                                         "quantity",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":                                       "intOrString",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":                                             "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":                                        "microTime",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":                                         "duration",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":                                         "fields",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":                                          "raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON":                         "json",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool":        "schemaOrBool",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray":       "schemaOrArray",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": "schemaOrStrings",
}

var (
	types   = map[string]*typeInfo{}
	openapi = map[string]map[string]any{}
)

func typeName(t reflect.Type) string {
	parts := strings.SplitN(t.PkgPath(), "/", 2)
	host := strings.Split(parts[0], ".")
	for i, j := 0, len(host)-1; i < j; i, j = i+1, j-1 {
		host[i], host[j] = host[j], host[i]
	}
	return strings.Join(host, ".") + "." + strings.ReplaceAll(parts[1], "/", ".") + "." + t.Name()
}

func word(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if w, ok := leaves[t.PkgPath()+"."+t.Name()]; ok {
		return w
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int32:
		return "int32"
	case reflect.Int64, reflect.Int:
		return "int64"
	case reflect.Uint8:
		return "int32"
	case reflect.Float64:
		return "double"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		return "[]" + word(t.Elem())
	case reflect.Map:
		return "{}" + word(t.Elem())
	case reflect.Interface:
		return "json"
	case reflect.Struct:
		walk(t)
		return typeName(t)
	}
	panic("unhandled " + t.String())
}

func walk(t reflect.Type) {
	name := typeName(t)
	if types[name] != nil {
		return
	}
	info := &typeInfo{}
	types[name] = info
	doc := openapi[name]
	if doc != nil {
		for _, r := range list(doc["required"]) {
			info.Required = append(info.Required, r.(string))
		}
		info.MapType, _ = doc["x-kubernetes-map-type"].(string)
		for _, g := range list(doc["x-kubernetes-group-version-kind"]) {
			m := map[string]string{}
			for k, v := range g.(map[string]any) {
				m[k] = v.(string)
			}
			info.GVK = append(info.GVK, m)
		}
		if len(info.GVK) > 1 { // the kinds every group repeats (DeleteOptions, WatchEvent): the group is no fact of theirs
			info.GVK = nil
		}
	}
	properties, _ := doc["properties"].(map[string]any)
	fields(t, info, properties)
}

func fields(t reflect.Type, info *typeInfo, properties map[string]any) {
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := strings.Split(f.Tag.Get("json"), ",")
		options := strings.Join(tag[1:], ",")
		if tag[0] == "" && (f.Anonymous || strings.Contains(options, "inline")) {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			fields(inner, info, properties)
			continue
		}
		if tag[0] == "-" || !f.IsExported() {
			continue
		}
		if tag[0] == "" {
			tag[0] = f.Name
		}
		out := field{Name: tag[0], Type: word(f.Type), Extra: map[string]any{}}
		if f.Type.Kind() == reflect.Pointer {
			out.Flags += "p"
		}
		if strings.Contains(options, "omitempty") {
			out.Flags += "o"
		}
		if strings.Contains(options, "omitzero") {
			out.Flags += "z"
		}
		if scalar := base(f.Type); scalar.PkgPath() != "" && scalar.Kind() != reflect.Struct && scalar.Kind() != reflect.Interface {
			out.Extra["go"] = scalar.String() // decoding errors name it
		}
		if elem := base(f.Type); elem.Kind() == reflect.Slice && elem.Elem().PkgPath() != "" && elem.Elem().Kind() != reflect.Struct {
			out.Extra["go"] = elem.String()
		}
		prop, _ := properties[tag[0]].(map[string]any)
		copyFact(out.Extra, "enum", prop["enum"])
		if out.Extra["enum"] == nil {
			if items, ok := prop["items"].(map[string]any); ok {
				copyFact(out.Extra, "itemEnum", items["enum"])
			}
		}
		copyFact(out.Extra, "list", prop["x-kubernetes-list-type"])
		copyFact(out.Extra, "keys", prop["x-kubernetes-list-map-keys"])
		copyFact(out.Extra, "map", prop["x-kubernetes-map-type"])
		copyFact(out.Extra, "patch", prop["x-kubernetes-patch-strategy"])
		copyFact(out.Extra, "mergeKey", prop["x-kubernetes-patch-merge-key"])
		if f.Type.Kind() != reflect.Struct {
			copyFact(out.Extra, "default", prop["default"])
		}
		info.Fields = append(info.Fields, out)
	}
}

func base(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func copyFact(to map[string]any, key string, value any) {
	if value != nil {
		to[key] = value
	}
}

func list(v any) []any { l, _ := v.([]any); return l }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "kindgen:", err)
		os.Exit(1)
	}
}

func readJSON(path string, into any) {
	text, err := os.ReadFile(path)
	check(err)
	check(json.Unmarshal(text, into))
}

func main() {
	dump := flag.String("dump", "", "folder with the documents of a kube-apiserver")
	flag.Parse()
	documents, err := filepath.Glob(filepath.Join(*dump, "api*.json"))
	check(err)
	for _, path := range documents {
		var doc struct {
			Components struct {
				Schemas map[string]map[string]any `json:"schemas"`
			} `json:"components"`
		}
		readJSON(path, &doc)
		for name, schema := range doc.Components.Schemas {
			openapi[name] = schema
		}
	}
	check(apiextensionsv1.AddToScheme(scheme.Scheme))
	check(apiregistrationv1.AddToScheme(scheme.Scheme))

	resources := []json.RawMessage{}
	discovery, err := filepath.Glob(filepath.Join(*dump, "disc_api*.json"))
	check(err)
	sort.Strings(discovery)
	seen := map[schema.GroupVersion]bool{}
	for _, path := range discovery {
		var doc metav1.APIResourceList
		readJSON(path, &doc)
		if len(doc.APIResources) == 0 {
			continue
		}
		gv, err := schema.ParseGroupVersion(doc.GroupVersion)
		check(err)
		seen[gv] = true
		for _, r := range doc.APIResources {
			row := map[string]any{"gv": doc.GroupVersion, "resource": r.Name, "kind": r.Kind, "verbs": r.Verbs}
			if r.Group != "" || r.Version != "" {
				row["objectGroup"], row["objectVersion"] = r.Group, r.Version
			}
			if r.Namespaced {
				row["namespaced"] = true
			}
			if r.SingularName != "" {
				row["singular"] = r.SingularName
			}
			if len(r.ShortNames) > 0 {
				row["short"] = r.ShortNames
			}
			if len(r.Categories) > 0 {
				row["categories"] = r.Categories
			}
			if r.StorageVersionHash != "" {
				row["hash"] = r.StorageVersionHash
			}
			objectGV := gv
			if r.Version != "" {
				objectGV = schema.GroupVersion{Group: r.Group, Version: r.Version}
			}
			object, err := scheme.Scheme.New(objectGV.WithKind(r.Kind))
			check(err)
			row["type"] = word(reflect.TypeOf(object))
			if list, err := scheme.Scheme.New(objectGV.WithKind(r.Kind + "List")); err == nil {
				row["listType"] = word(reflect.TypeOf(list))
			}
			text, err := json.Marshal(row)
			check(err)
			resources = append(resources, text)
		}
	}
	for _, extra := range []runtime.Object{&metav1.DeleteOptions{}, &metav1.Status{}, &metav1.APIGroupList{}, &metav1.APIGroup{},
		&metav1.APIResourceList{}, &metav1.APIVersions{}} {
		word(reflect.TypeOf(extra))
	}

	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Println(`{"resources":[`)
	for i, r := range resources {
		fmt.Printf("%s%s\n", r, comma(i, len(resources)))
	}
	fmt.Println(`],"types":{`)
	for i, name := range names {
		text, err := json.Marshal(types[name])
		check(err)
		fmt.Printf("%q:%s%s\n", name, text, comma(i, len(names)))
	}
	fmt.Println(`}}`)
}

func comma(i, n int) string {
	if i+1 < n {
		return ","
	}
	return ""
}
