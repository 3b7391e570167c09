#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A session of the official vela command line (1.10.8, built from its Go module) against the embedded server.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
"$top/tests/lab/get.sh" vela kubectl || exit 1
embedded
export HOME=$WORK VELA_HOME=$WORK/.vela
vela() { timeout 60 "$LAB/bin/vela" "$@" 2>&1; }
passed=0 failed=0
expect() { # what pattern command...
  local what=$1 pattern=$2 out; shift 2
  out=$("$@")
  if grep -qE -- "$pattern" <<<"$out"; then passed=$((passed + 1)); return; fi
  failed=$((failed + 1)); printf 'FAILED %s\n  wanted: %s\n  got: %s\n' "$what" "$pattern" "$(tail -n 15 <<<"$out")"
}
eventually() { # what pattern command...
  local i; for i in $(seq 100); do grep -qE -- "$2" <<<"$("${@:3}")" && { passed=$((passed + 1)); return; }; sleep 0.1; done
  expect "$@"
}
app=$top/examples/first-app.yaml
expect "def list knows components" "webservice +.?ComponentDefinition" vela def list
expect "def list knows traits" "scaler +.?TraitDefinition" vela def list -t trait
expect "show" "replicas" vela show scaler
expect "component lists types" "webservice" vela component
expect "trait lists types" "gateway" vela trait
expect "dry-run" "kind: Deployment" vela dry-run -f "$app"
expect "up" "App has been deployed" vela up -f "$app"
eventually "the app runs" "first-app.*running[[:space:]]+healthy" vela ls
expect "status" "Type: webservice" vela status first-app
expect "status of the workflow" "phase: succeeded" vela status first-app
expect "status as yaml" "status: running" vela status first-app -o yaml
expect "status with details" "Type: gateway" vela status first-app --detail
expect "status as a tree" "Deployment/web +updated" vela status first-app --tree
expect "the tree in detail" "Ready: [0-9]/3" vela status first-app --tree --detail
expect "status of the pods" "Running" vela status first-app --pod
expect "status of the endpoints" "http://web.example.com" vela status first-app --endpoint
expect "the query behind it" "Service" vela ql --query 'service-applied-resources-view{appName=first-app,appNs=default}'
expect "workflow list" "first-app" vela workflow list
expect "a suspension that is not possible" "not allowed because application first-app is running" vela workflow suspend first-app
expect "workflow restart" "Successfully restart workflow" vela workflow restart first-app
eventually "it runs once more" "first-app.*running[[:space:]]+healthy" vela ls
expect "logs of a simulated pod" "simulated" bash -c "pod=\$($LAB/bin/kubectl get pod -o jsonpath='{.items[0].metadata.name}'); timeout 30 $LAB/bin/vela logs first-app --pod \$pod 2>&1"
expect "exec into a simulated pod" "simulated" bash -c "pod=\$($LAB/bin/kubectl get pod -o jsonpath='{.items[0].metadata.name}'); timeout 30 $LAB/bin/vela exec first-app --pod \$pod -i=false -t=false -- ls 2>&1"
expect "port-forward to a simulated pod" "simulated" bash -c "timeout 30 $LAB/bin/vela port-forward first-app 18081:80 --address 127.0.0.1 2>&1"
sed 's/nginx:1.25/nginx:1.26/; s/replicas: 3/replicas: 2/' "$app" > "$WORK/next.yaml"
expect "live-diff" "nginx:1.26" vela live-diff -f "$WORK/next.yaml"
expect "up again" "App has been deployed" vela up -f "$WORK/next.yaml"
eventually "the new image runs" "nginx:1.26" "$LAB/bin/kubectl" get deploy web -o jsonpath='{.spec.template.spec.containers[0].image}'
expect "revisions" "first-app-v2" vela revision list first-app
expect "a revision" "first-app-v1" vela revision get first-app-v1
eventually "the tree follows" "Deployment/web +updated" vela status first-app --tree
expect "def vet" "succe" vela def vet "$top/tests/tier.cue"
expect "def apply" "TraitDefinition tier" vela def apply "$top/tests/tier.cue"
expect "def get" "Says which tier" vela def get tier
eventually "the schema is published" "openapi-v3-json-schema" "$LAB/bin/kubectl" get cm trait-schema-tier -n vela-system -o yaml
expect "show of the new one" "Name of the tier" vela show tier
expect "def del" "deleted" bash -c "yes yes | timeout 60 $LAB/bin/vela def del tier 2>&1"
# An Appfile becomes the same Application. (A list under the name of a trait, as `env`, is left out: vela takes it for
# the trait, whose parameters are a map.)
cat > "$WORK/vela.yaml" <<'Y'
name: shop
services:
  back:
    type: worker
    image: busybox
    cmd: [sleep, "1000"]
  web:
    image: nginx:1.27
    ports: [{port: 80, expose: true}]
    cpu: 100m
    scaler: {replicas: 2}
    gateway: {domain: shop.example.com, http: {/: 80}}
Y
canonical() {
  python3 -c '
import json, sys, yaml
app = yaml.safe_load(sys.stdin)
app.pop("status", None); app["metadata"].pop("creationTimestamp", None)
for c in app["spec"]["components"]: c["traits"] = sorted(c.get("traits", []), key=lambda t: t["type"])
app["spec"]["components"].sort(key=lambda c: c["name"])
print(json.dumps(app, sort_keys=True))'
}
theirs=$(vela export -f "$WORK/vela.yaml" -n default | canonical)
expect "export of an Appfile" "^equal$" bash -c "[ '$theirs' = '$("$PUPPIS" export -f "$WORK/vela.yaml" | canonical)' ] && echo equal"
expect "delete" "first-app" vela delete first-app -n default -y
eventually "nothing is left" "^$" "$LAB/bin/kubectl" get deploy,svc,ingress -l app.oam.dev/name=first-app -o name
echo "vela session: $passed steps hold, $failed do not"
[ "$failed" = 0 ]
