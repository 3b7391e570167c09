#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the API refuses, as kubectl and puppis tell it: definitions with the line and column of their fault,
# Applications with the path of theirs; and what it must not refuse.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
[ -x "$LAB/bin/kubectl" ] || "$top/tests/lab/get.sh" kubectl
K=$LAB/bin/kubectl
embedded
good=0 bad=0
ok() { good=$((good + 1)); }
no() { bad=$((bad + 1)); printf 'FAIL %s\n%s\n' "$1" "$2"; }
takes() { # title
  local out; if out=$("$K" apply -f - 2>&1); then ok; else no "$1 is taken" "$out"; fi
}
refuses() { # title word...
  local title=$1 out; shift
  if out=$("$K" apply -f - 2>&1); then no "$title is refused" "$out"; return; fi
  for word in "$@"; do
    grep -qF -- "$word" <<<"$out" || { no "$title says '$word'" "$out"; return; }
  done
  ok
}
definition() { # kind name template [spec lines]
  printf 'apiVersion: core.oam.dev/v1beta1\nkind: %s\nmetadata: {name: %s, namespace: default}\nspec:\n%s' "$1" "$2" "${4:-}"
  printf '  schematic:\n    cue:\n      template: |\n'; sed 's/^/        /' <<<"$3"
}
application() { # name spec
  printf 'apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: %s, namespace: default}\nspec:\n%s\n' "$1" "$2"
}

# The API is open as soon as the server says so; the gate a moment later.
for _ in $(seq 200); do
  application probe '  components: [{name: a, type: no-such-type, properties: {}}]' | "$K" apply --dry-run=server -f - >/dev/null 2>&1 || break
  sleep 0.05
done

for kind in ComponentDefinition TraitDefinition PolicyDefinition WorkflowStepDefinition; do
  refuses "$kind that does not parse" "is invalid" "<$kind broken>:3:" < <(definition $kind broken $'output: {\n  kind: "A" +\n}')
  refuses "$kind that contradicts itself" "conflicting values" "<$kind broken>:" < <(definition $kind broken $'a: 1\na: 2\noutput: kind: "A"')
done
refuses "a component without output" "needs an output" < <(definition ComponentDefinition broken 'parameter: {}')
refuses "an unknown reference" "<ComponentDefinition broken>:1:15" < <(definition ComponentDefinition broken 'output: kind: nothing')
refuses "a broken health rule" "healthPolicy" < <(definition ComponentDefinition broken 'output: kind: "A"' $'  status: {healthPolicy: "isHealth: "}\n')
refuses "a version of two numbers" "no version" < <(definition ComponentDefinition broken 'output: kind: "A"' $'  version: "1.2"\n')
takes "a good definition" < <(definition ComponentDefinition mine $'output: {apiVersion: "v1", kind: "ConfigMap", data: v: parameter.v}\nparameter: v: string' $'  version: "1.0.0"\n')
for _ in $(seq 200); do "$K" get definitionrevision mine-v1.0.0 >/dev/null 2>&1 && break; sleep 0.05; done
refuses "a version that says something else" "says something else" < <(definition ComponentDefinition mine $'output: {apiVersion: "v1", kind: "Secret"}' $'  version: "1.0.0"\n')
takes "a new version" < <(definition ComponentDefinition mine $'output: {apiVersion: "v1", kind: "ConfigMap", data: w: parameter.w}\nparameter: w: string' $'  version: "1.1.0"\n')

refuses "an unknown type" "spec.components[0].type" "did you mean webservice" < <(application web '  components: [{name: a, type: webservce, properties: {image: x}}]')
refuses "a wrong property" "spec.components[0].properties.image" "expected string" < <(application web '  components: [{name: a, type: webservice, properties: {image: 7}}]')
refuses "a missing property" "image" < <(application web '  components: [{name: a, type: webservice, properties: {}}]')
refuses "an unknown trait" "spec.components[0].traits[0].type" < <(application web '  components: [{name: a, type: webservice, properties: {image: x}, traits: [{type: nothing}]}]')
takes "an Application of the new version" < <(application web '  components: [{name: a, type: mine, properties: {w: x}}]')
takes "an Application of an older version" < <(application old '  components: [{name: a, type: mine@v1.0.0, properties: {v: x}}]')
refuses "the older version's parameters" "spec.components[0].properties" < <(application older '  components: [{name: a, type: mine@v1.0.0, properties: {w: x}}]')
takes "what a workflow is to supply" < <(application later $'  components: [{name: a, type: webservice, properties: {}, inputs: [{from: i, parameterKey: image}]}]')
"$K" patch app web --type merge -p '{"spec":{"components":[{"name":"a","type":"gone","properties":{}}]}}' >"$WORK/out" 2>&1 && no "a patch is checked" "$(cat "$WORK/out")" || ok
"$K" delete componentdefinition mine >/dev/null && "$K" annotate app web a=b >/dev/null && "$K" delete app web old later --wait=false >/dev/null && ok || no "what was good once may be annotated and deleted" ""
printf '"broken": {type: "component", annotations: {}, labels: {}, description: "", attributes: workload: type: "x"}\ntemplate: {\n\toutput: {kind: "A"}\n\toutput: {kind: "B"}\n}\n' >"$WORK/broken.cue"
if out=$("$PUPPIS" def apply "$WORK/broken.cue" 2>&1); then no "def apply refuses" "$out"; else grep -q 'broken.cue:[34]:' <<<"$out" && ok || no "def apply names the line" "$out"; fi

if [ -x "$LAB/bin/vela" ]; then
  if out=$("$LAB/bin/vela" def apply "$WORK/broken.cue" 2>&1); then no "the official vela is refused too" "$out"; else ok; fi
  printf '"fine": {type: "component", annotations: {}, labels: {}, description: "", attributes: workload: type: "autodetects.core.oam.dev"}\ntemplate: {\n\toutput: {apiVersion: "v1", kind: "ConfigMap"}\n\tparameter: {}\n}\n' >"$WORK/fine.cue"
  out=$("$LAB/bin/vela" def apply "$WORK/fine.cue" 2>&1) && ok || no "the official vela applies a good definition" "$out"
fi

echo "$good checks hold, $bad do not"
[ "$bad" = 0 ]
