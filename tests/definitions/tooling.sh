#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `def init` from what there is already, and `def gen-api`: what they write is accepted by what reads it.
set -euo pipefail
bin=$(realpath "${PUPPIS_BIN:-build/release/puppis}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > object.yaml <<'Y'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.27"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
Y
cat > crd.yaml <<'Y'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: caches.example.com}
spec:
  group: example.com
  names: {kind: Cache, plural: caches}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: string, description: How much it holds}
              mode: {type: string, enum: [lru, lfu], default: lru}
              replicas: {type: integer, minimum: 1}
Y
cat > values.schema.json <<'Y'
{"type": "object", "required": ["image"], "properties": {"image": {"type": "string"}, "replicas": {"type": "integer", "default": 1},
 "ingress": {"type": "object", "properties": {"host": {"type": "string"}, "tls": {"type": "boolean", "default": false}}}}}
Y
"$bin" def init made-of-objects -t component -f object.yaml -o objects.cue
"$bin" def init made-of-crd -t component --crd crd.yaml -o crd.cue
"$bin" def init made-of-values -t component --values-schema values.schema.json -o values.cue
"$bin" def init made-of-nothing -t trait -o nothing.cue
"$bin" def vet objects.cue crd.cue values.cue nothing.cue
"$bin" schema made-of-crd -d crd.cue | grep -q '"lru"'
"$bin" schema made-of-values -d values.cue | grep -q '"ingress"'

"$bin" def gen-api --built-in --language typescript -o ts >/dev/null
"$bin" def gen-api --built-in --package definitions -o go >/dev/null
echo "$(ls go | wc -l) definitions as Go, $(ls ts | wc -l) as TypeScript"
if command -v go >/dev/null; then
  (cd go && printf 'module example.com/definitions\n\ngo 1.21\n' > go.mod && go vet ./...)
  cat > go/use_test.go <<'G'
package definitions

import (
	"encoding/json"
	"testing"
)

func TestWhatIsLeftOutStaysOut(t *testing.T) {
	text, err := json.Marshal(WebserviceComponent{Image: "nginx"})
	if err != nil || string(text) != `{"image":"nginx"}` {
		t.Fatal(string(text), err)
	}
}
G
  (cd go && go test ./... >/dev/null)
  echo "the Go types compile"
fi
