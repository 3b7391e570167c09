#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A session of the real kubectl against a server: session.sh KUBECTL KUBECONFIG [rollout]
# Every step names what it expects; the first that fails ends the session. With "rollout" (simulated nodes run) rollouts are waited for.
set -uo pipefail
K=("$1" --kubeconfig "$2")
ROLLOUT=${3:-}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
expect() { # what pattern command...
  local what=$1 pattern=$2 out
  shift 2
  out=$("$@" 2>&1)
  if ! grep -qE -- "$pattern" <<<"$out"; then
    printf 'FAILED %s\n  wanted: %s\n  got: %s\n' "$what" "$pattern" "$out"
    exit 1
  fi
  n=$((n + 1))
}
eventually() { # what pattern command...
  local i
  for i in $(seq 300); do grep -qE -- "$2" <<<"$("${@:3}" 2>&1)" && { n=$((n + 1)); return; }; sleep 0.1; done
  expect "$@"
}
ns=session-$RANDOM
expect "create namespace" created "${K[@]}" create namespace "$ns"
K+=(-n "$ns")
cat > "$dir/web.yaml" <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "nginx:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
Y
expect "apply" "deployment.apps/web created" "${K[@]}" apply -f "$dir/web.yaml"
expect "apply again" "deployment.apps/web unchanged" "${K[@]}" apply -f "$dir/web.yaml"
sed -i s/nginx:1/nginx:2/ "$dir/web.yaml"
expect "diff" "\+ +- image: nginx:2" "${K[@]}" diff -f "$dir/web.yaml"
expect "apply a change" "web configured" "${K[@]}" apply -f "$dir/web.yaml"
expect "apply on the server" "serverside-applied" "${K[@]}" apply --server-side --force-conflicts -f "$dir/web.yaml"
expect "get wide" "CONTAINERS +IMAGES +SELECTOR" "${K[@]}" get deploy -o wide
expect "get yaml" "progressDeadlineSeconds: 600" "${K[@]}" get deploy web -o yaml
expect "get json" '"kind": "Deployment"' "${K[@]}" get deploy web -o json
expect "get jsonpath" "^nginx:2$" "${K[@]}" get deploy web -o 'jsonpath={.spec.template.spec.containers[0].image}'
expect "get columns" "^web +2" "${K[@]}" get deploy -o custom-columns=N:.metadata.name,R:.spec.replicas
expect "get all" "deployment.apps/web" "${K[@]}" get all
expect "get by label" web "${K[@]}" get deploy -l app=web
expect "describe" "StrategyType: +RollingUpdate" "${K[@]}" describe deploy web
expect "describe service" "Port: .*80/TCP" "${K[@]}" describe svc web
if [ -n "$ROLLOUT" ]; then
  expect "rollout status" "successfully rolled out" "${K[@]}" rollout status deploy web --timeout 60s
  expect "rollout history" REVISION "${K[@]}" rollout history deploy web
  expect "set image" updated "${K[@]}" set image deploy web c=nginx:3
  expect "rollout status again" "successfully rolled out" "${K[@]}" rollout status deploy web --timeout 60s
  expect "rollout undo" "rolled back" "${K[@]}" rollout undo deploy web
  expect "the image of before" "^nginx:2$" "${K[@]}" get deploy web -o 'jsonpath={.spec.template.spec.containers[0].image}'
  expect "wait for it" "condition met" "${K[@]}" wait --for=condition=Available deploy/web --timeout 60s
fi
expect "scale" scaled "${K[@]}" scale deploy web --replicas 3
expect "scaled" "^3$" "${K[@]}" get deploy web -o 'jsonpath={.spec.replicas}'
expect "label" labeled "${K[@]}" label deploy web tier=front
expect "annotate" annotated "${K[@]}" annotate deploy web note=x
expect "patch (strategic)" patched "${K[@]}" patch deploy web -p '{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1"}]}]}}}}'
expect "strategic kept the image" "^nginx:2 A$" "${K[@]}" get deploy web -o 'jsonpath={.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[0].name}'
expect "patch (JSON)" patched "${K[@]}" patch deploy web --type json -p '[{"op":"replace","path":"/spec/replicas","value":4}]'
expect "patch (merge)" patched "${K[@]}" patch deploy web --type merge -p '{"spec":{"replicas":5}}'
expect "wait for a field" "condition met" "${K[@]}" wait --for='jsonpath={.spec.replicas}=5' deploy/web --timeout 10s
expect "edit" edited env EDITOR="sed -i s/replicas:.5/replicas:\ 6/" "${K[@]}" edit deploy web
expect "replace" replaced "${K[@]}" replace -f "$dir/web.yaml"
expect "explain" "rollingUpdate" "${K[@]}" explain deployment.spec.strategy
expect "explain a custom kind" "components" "${K[@]}" explain applications.spec
expect "api-resources" "deployments +deploy +apps/v1 +true +Deployment" "${K[@]}" api-resources
expect "api-versions" "^apps/v1$" "${K[@]}" api-versions
expect "auth can-i" "^yes$" "${K[@]}" auth can-i create pods
expect "auth can-i as nobody" "^no$" "${K[@]}" auth can-i create pods --as nobody
expect "auth can-i --list" "Verbs" "${K[@]}" auth can-i --list
expect "auth whoami" "puppis-admin" "${K[@]}" auth whoami
expect "forbidden" "cannot list resource" "${K[@]}" get pods --as nobody
expect "role" created "${K[@]}" create role reader --verb=get,list --resource=pods
expect "rolebinding" created "${K[@]}" create rolebinding reader --role=reader --user=nobody
expect "allowed now" "^yes$" "${K[@]}" auth can-i list pods --as nobody
expect "configmap" created "${K[@]}" create configmap c --from-literal=a=b
expect "secret" created "${K[@]}" create secret generic s --from-literal=k=v
expect "secret is hidden" "k: +1 bytes" "${K[@]}" describe secret s
expect "create job" created "${K[@]}" create job j --image busybox -- true
expect "create cronjob" created "${K[@]}" create cronjob cj --image busybox --schedule '* * * * *' -- true
expect "expose" exposed "${K[@]}" expose deploy web --name web2 --port 81
expect "autoscale" autoscaled "${K[@]}" autoscale deploy web --max 5
expect "run" created "${K[@]}" run p --image nginx
expect "logs say that nodes are simulated" simulated "${K[@]}" logs p
expect "token" "^ey" "${K[@]}" create token default
expect "strict validation" "unknown field \"spec.nothing\"" "${K[@]}" create -f <(sed 's/replicas: 2/replicas: 2\n  nothing: 1/; s/name: web/name: strict/' "$dir/web.yaml")
expect "invalid" "Invalid value" "${K[@]}" create configmap 'Bad_Name'
expect "create with a dry run" "created \(server dry run\)" "${K[@]}" create configmap dry --from-literal=a=b --dry-run=server
expect "no trace of it" NotFound "${K[@]}" get configmap dry
"${K[@]}" get configmap -w -o name > "$dir/watch" 2>/dev/null &
watcher=$!
eventually "the watch has begun" . cat "$dir/watch"
expect "a change for the watch" created "${K[@]}" create configmap watched
eventually "watch" "configmap/watched" cat "$dir/watch"
kill $watcher
cat > "$dir/crd.yaml" <<Y
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.session.example.com}
spec:
  group: session.example.com
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList, shortNames: [th]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, minimum: 1, default: 3}}}}}}
Y
expect "a definition" "created|unchanged|configured" "${K[@]}" apply -f "$dir/crd.yaml"
expect "established" "condition met" "${K[@]}" wait --for=condition=Established crd/things.session.example.com --timeout 10s
expect "a custom object" created "${K[@]}" apply -f <(printf 'apiVersion: session.example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {}\n')
expect "its column and default" "t +3" "${K[@]}" get th
expect "its limits" "should be greater than or equal to 1" "${K[@]}" patch thing t --type merge -p '{"spec":{"size":0}}'
expect "events" "." "${K[@]}" get events
expect "cluster-info" "control plane.* is running at" "${K[@]}" cluster-info
expect "version" "Server Version: v1.34" "${K[@]}" version
expect "get --raw" '"gitVersion":"v1.34' "${K[@]}" get --raw /version
expect "get componentstatus-free table" "^NAME +DATA +AGE" "${K[@]}" get configmaps
expect "every namespace has a default account" "^default$" "${K[@]}" get sa default -o 'jsonpath={.metadata.name}'
expect "and the authority's certificate" "BEGIN CERTIFICATE" "${K[@]}" get cm kube-root-ca.crt -o 'jsonpath={.data.ca\.crt}'
expect "the account is deleted" deleted "${K[@]}" delete sa default
eventually "and comes back" "^default$" "${K[@]}" get sa default -o 'jsonpath={.metadata.name}'
expect "create token with a duration" "^ey" "${K[@]}" create token default --duration 10m
expect "too short a token" "less than 10 minutes" "${K[@]}" create token default --duration 1m
mkdir -p "$dir/kustomize"
printf 'resources: [map.yaml]\nnamePrefix: pre-\ncommonLabels: {set: k}\n' > "$dir/kustomize/kustomization.yaml"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}\n' > "$dir/kustomize/map.yaml"
expect "kustomize" "name: pre-m" "${K[@]}" kustomize "$dir/kustomize"
expect "apply -k" "configmap/pre-m created" "${K[@]}" apply -k "$dir/kustomize"
expect "apply --prune" "configmap/pre-m pruned" "${K[@]}" apply --prune -l set=k --prune-allowlist=core/v1/ConfigMap -f <(printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, labels: {set: k}}\n')
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {x: "y"}\n' > "$dir/other.yaml"
expect "replace --force" "configmap/other replaced" "${K[@]}" replace --force -f "$dir/other.yaml"
expect "server-side apply by another" "serverside-applied" "${K[@]}" apply --server-side --field-manager=one -f <(printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {k: "1"}\n')
expect "conflicts" "conflict with \"one\"" "${K[@]}" apply --server-side --field-manager=two -f <(printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {k: "2"}\n')
expect "and takes the field with force" "serverside-applied" "${K[@]}" apply --server-side --field-manager=two --force-conflicts -f <(printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {k: "2"}\n')
expect "fields of a core kind" "containers.*<\[\]Container> -required-" "${K[@]}" explain pod.spec
expect "fields of a list item" "imagePullPolicy.*<string>" "${K[@]}" explain deployment.spec.template.spec.containers
expect "all fields" "ttlSecondsAfterFinished" "${K[@]}" explain job --recursive
expect "explain another version" "KIND: +HorizontalPodAutoscaler" "${K[@]}" explain hpa --api-version=autoscaling/v1
expect "there are no metrics to show" "Metrics API not available" "${K[@]}" top pods
expect "a certificate request" created "${K[@]}" create -f <(printf 'apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {generateName: session-}\nspec: {request: %s, signerName: example.com/x, usages: [client auth]}\n' "$(openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=x 2>/dev/null | base64 -w0)")
for verb in "exec p -- ls" "attach p" "port-forward p 18080:80" "cp p:/etc/hosts $dir/hosts"; do
  # shellcheck disable=SC2086  # a verb is words
  expect "$verb says that nodes are simulated" simulated timeout 60 "${K[@]}" $verb
done
if [ -n "$ROLLOUT" ]; then
  expect "rollout pause" paused "${K[@]}" rollout pause deploy web
  expect "rollout resume" resumed "${K[@]}" rollout resume deploy web
  expect "rollout restart" restarted "${K[@]}" rollout restart deploy web
  expect "rolled out again" "successfully rolled out" "${K[@]}" rollout status deploy web --timeout 120s
  expect "a budget" created "${K[@]}" create pdb web --selector app=web --min-available 100%
  eventually "that allows nothing" "^0 [1-9]" "${K[@]}" get pdb web -o 'jsonpath={.status.disruptionsAllowed} {.status.currentHealthy}'
  pod=$("${K[@]}" get pod -l app=web -o 'jsonpath={.items[0].metadata.name}')
  expect "so an eviction is put off" "violate the pod's disruption budget" "${K[@]}" create --raw "/api/v1/namespaces/$ns/pods/$pod/eviction" -f <(printf '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"%s"}}' "$pod")
  expect "budget gone" deleted "${K[@]}" delete pdb web
  node=$("${K[@]}" get pod "$pod" -o 'jsonpath={.spec.nodeName}')
  expect "cordon" cordoned "${K[@]}" cordon "$node"
  expect "drain" drained "${K[@]}" drain "$node" --ignore-daemonsets --delete-emptydir-data --force --timeout 120s
  expect "uncordon" uncordoned "${K[@]}" uncordon "$node"
  expect "taint" tainted "${K[@]}" taint node "$node" session=x:NoSchedule
  expect "untaint" untainted "${K[@]}" taint node "$node" session-
fi
expect "delete" deleted "${K[@]}" delete -f "$dir/web.yaml"
expect "delete by label" . "${K[@]}" delete deploy,svc -l app=web
expect "delete the definition" deleted "${K[@]}" delete -f "$dir/crd.yaml"
expect "delete the namespace" deleted "${K[@]}" delete namespace "$ns" --timeout 60s
echo "$n steps of kubectl went as expected"
