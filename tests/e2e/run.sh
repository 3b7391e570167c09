#!/usr/bin/env bash
# run.sh: Puppis against a real Kubernetes (etcd, kube-apiserver, controller manager, scheduler, kwok), started and
# stopped here. Exits non-zero when anything does not hold. PUPPIS names the program, default build/{release,debug}/puppis.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
apps=$top/tests/e2e/apps

echo "the cluster"
"$top/tests/lab/up.sh" 3
check "install puts CRDs and definitions" puppis install
puppis install 2>"$WORK/again"
crds=$(find "$top/config/crds" -name '*.yaml' | wc -l)
check "installing again changes nothing" grep -qw "$crds custom resource definitions, 0 of them changed" "$WORK/again"
kubectl create namespace e2e >/dev/null
start_controller

echo "one Application"
kubectl apply -f "$apps/shop.yaml" >/dev/null
eventually "it reaches running" 60 phase_is shop running
same "every service is healthy" "true" "$(kubectl get app shop -n e2e -o jsonpath='{.status.services[*].healthy}')"
same "the scaler's replicas run" "2" "$(kubectl get deploy front -n e2e -o jsonpath='{.status.readyReplicas}')"
check "the gateway's Ingress exists" kubectl get ingress front -n e2e
check "status says so" sh -c "'$PUPPIS' status shop -n e2e | grep -q running"
check "ls lists it" sh -c "'$PUPPIS' ls -n e2e | grep -q 'shop.*running'"
check "a live-diff finds nothing to do" sh -c "'$PUPPIS' live-diff -f '$apps/shop.yaml' 2>/dev/null | grep -q 'no differences'"

echo "an edit"
sed 's/nginx:1.25/nginx:1.26/' "$apps/shop.yaml" >"$WORK/v2.yaml"
check "a live-diff shows the image" sh -c "'$PUPPIS' live-diff -f '$WORK/v2.yaml' 2>/dev/null | grep -q 'nginx:1.26'"
kubectl apply -f "$WORK/v2.yaml" >/dev/null
image_is() { [ "$(kubectl get deploy front -n e2e -o jsonpath='{.spec.template.spec.containers[0].image}')" = "$1" ]; }
eventually "the new image is rolled out" 60 image_is nginx:1.26
eventually "and it is running again" 60 phase_is shop running
same "as the second revision" "shop-v2" "$(kubectl get app shop -n e2e -o jsonpath='{.status.latestRevision.name}')"

echo "drift"
uid() { kubectl get deploy front -n e2e -o jsonpath='{.metadata.uid}' 2>/dev/null; }
for attempt in 1 2 3; do
  before=$(uid)
  # One watch from before the deletion sees both the going and the coming; the time between is printed, not judged.
  "$LAB/bin/kubectl" get deploy front -n e2e --watch-only --output-watch-events \
    -o jsonpath='{.type} {.object.metadata.uid}{"\n"}' > >(while read -r line; do echo "$(now_ms) $line"; done >"$WORK/timed") 2>/dev/null &
  watcher=$!
  sleep 0.5
  kubectl delete deploy front -n e2e --wait=false >/dev/null
  returned() { local after; after=$(uid); [ -n "$after" ] && [ "$after" != "$before" ]; }
  eventually "a Deployment deleted by hand comes back ($attempt)" 20 returned
  sleep 0.3
  kill $watcher 2>/dev/null || true
  wait 2>/dev/null $watcher || true
  awk -v old="$before" '$2=="DELETED" && $3==old {d=$1} $2=="ADDED" && $3!=old && !a {a=$1}
    END { if (d && a) printf "        after %d ms\n", a - d }' "$WORK/timed"
done
kubectl patch deploy front -n e2e --type merge -p '{"spec":{"replicas":7}}' >/dev/null
replicas_are() { [ "$(kubectl get deploy front -n e2e -o jsonpath='{.spec.replicas}')" = "$1" ]; }
eventually "a field changed by hand is put back" 20 replicas_are 2
eventually "and it is running" 60 phase_is shop running

echo "fast edits back and forth"
one() { # name component...: an Application with these components
  printf 'apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: flip, namespace: e2e}\nspec:\n  components:\n'
  for c in "$@"; do printf '    - {name: %s, type: webservice, properties: {image: "nginx:1.25"}}\n' "$c"; done
}
one always sometimes >"$WORK/a.yaml"
one always >"$WORK/b.yaml"
kubectl apply -f "$WORK/a.yaml" >/dev/null
eventually "A runs" 60 phase_is flip running
first=$(kubectl get deploy sometimes always -n e2e -o jsonpath='{.items[*].metadata.uid}')
for _ in 1 2 3; do
  kubectl apply -f "$WORK/b.yaml" >/dev/null
  kubectl apply -f "$WORK/a.yaml" >/dev/null
done
eventually "A runs again" 60 phase_is flip running
sleep 1
check "both components stand" kubectl get deploy always sometimes -n e2e
same "the one that was always wanted is the same object" "${first#* }" "$(kubectl get deploy always -n e2e -o jsonpath='{.metadata.uid}')"
kubectl apply -f "$WORK/b.yaml" >/dev/null
eventually "what B no longer wants goes" 30 gone deploy sometimes -n e2e

echo "bad input"
bad() { # what file expected-place
  local status=0
  puppis up -f "$2" -n e2e >"$WORK/out" 2>&1 || status=$?
  if [ $status != 0 ] && grep -qE "$3" "$WORK/out"; then pass "$1: $(grep -oE "[^ ]*$3[^.]*" "$WORK/out" | head -1)"
  else flunk "$1 (exit $status)"; sed 's/^/          /' "$WORK/out" | head; fi
}
cd "$WORK"
sed 's/port: 80$/port: eighty/; s/name: shop/name: bad/' "$apps/shop.yaml" >port.yaml
bad "a port that is no number" port.yaml 'port.yaml:13:[0-9]+'
sed 's/webservice/webservise/; s/name: shop/name: bad/' "$apps/shop.yaml" >type.yaml
bad "an unknown type" type.yaml 'type.yaml:9:[0-9]+'
sed '/image:/d; s/name: shop/name: bad/' "$apps/shop.yaml" >missing.yaml
bad "a missing parameter" missing.yaml 'missing.yaml:[0-9]+:[0-9]+'
sed 's/properties:$/properties: {/; s/name: shop/name: bad/' "$apps/shop.yaml" >syntax.yaml
bad "a syntax error" syntax.yaml 'syntax.yaml:[0-9]+:[0-9]+'
check "nothing of it was applied" gone app bad -n e2e
cd "$top"

echo "one bad Application does not stop others"
sed 's/webservice/webservise/; s/name: shop/name: broken/' "$apps/shop.yaml" | kubectl apply -f - >/dev/null
sed 's/name: shop/name: fine/; s/name: front/name: fine/' "$apps/shop.yaml" | kubectl apply -f - >/dev/null
eventually "the good one runs" 60 phase_is fine running
eventually "the bad one says why" 20 sh -c "'$LAB/bin/kubectl' get app broken -n e2e -o yaml | grep -q webservise"

echo "somebody else's object"
kubectl create deployment taken -n e2e --image=other:1 >/dev/null
sed 's/name: shop/name: thief/; s/name: front/name: taken/' "$apps/shop.yaml" | kubectl apply -f - >/dev/null
eventually "is a conflict that the status names" 30 sh -c "'$LAB/bin/kubectl' get app thief -n e2e -o yaml | grep -q 'belongs to no Application'"
same "and is not touched" "other:1" "$(kubectl get deploy taken -n e2e -o jsonpath='{.spec.template.spec.containers[0].image}')"

echo "the controller is restarted"
stop_controller
kubectl delete deploy front -n e2e >/dev/null
start_controller
eventually "what was deleted meanwhile comes back" 30 kubectl get deploy front -n e2e

echo "deletion"
kubectl create configmap bystander -n e2e --from-literal=a=b >/dev/null
kubectl label configmap bystander -n e2e app.oam.dev/name=shop app.oam.dev/namespace=e2e >/dev/null
check "delete waits until all is gone" puppis delete shop flip fine thief broken -n e2e --timeout 60s
for object in "deploy front" "svc front" "ingress front" "deploy always" "deploy fine"; do
  # shellcheck disable=SC2086
  check "$object is gone" gone $object -n e2e
done
check "somebody else's Deployment stays" kubectl get deploy taken -n e2e
check "an object that only looks like ours stays" kubectl get configmap bystander -n e2e
same "no inventory is left" "" "$(kubectl get resourcetrackers -o name)"
# Revisions go with their owner, which is the garbage collector's work and takes the time it takes.
no_revision() { [ -z "$(kubectl get applicationrevisions -n e2e -o name)" ]; }
eventually "no revision is left" 90 no_revision

echo "the webhook"
stop_controller
start_controller --webhook 127.0.0.1:0
refused() { ! kubectl apply --dry-run=server -f "$1" >"$WORK/refusal" 2>&1 && grep -q "$2" "$WORK/refusal"; }
sed 's/type: webservice/type: webservce/' "$apps/shop.yaml" >"$WORK/unknown.yaml"
eventually "an unknown type is refused when it is written" 30 refused "$WORK/unknown.yaml" 'did you mean webservice'
check "and the refusal names the path" grep -q 'spec.components\[0\].type' "$WORK/refusal"
printf 'apiVersion: core.oam.dev/v1beta1\nkind: TraitDefinition\nmetadata: {name: bad, namespace: e2e}\nspec: {schematic: {cue: {template: "patch: {a: 1} & {a: 2}"}}}\n' >"$WORK/bad.yaml"
check "a definition that contradicts itself is refused with line and column" refused "$WORK/bad.yaml" '<TraitDefinition bad>:1:'
check "a good Application passes" kubectl apply --dry-run=server -f "$apps/shop.yaml"
stop_controller
check "with nobody to ask, everything passes" kubectl apply --dry-run=server -f "$WORK/unknown.yaml"
check "uninstall" puppis uninstall
same "the webhook is no longer registered" "" "$(kubectl get validatingwebhookconfigurations -o name)"

echo
echo "$checks checks, $failures failed"
[ "$failures" = 0 ]
