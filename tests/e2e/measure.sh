#!/usr/bin/env bash
# measure.sh [N]: what N Applications (one webservice with a port and a scaler each) cost: requests of the controller as
# the API server's audit log counts them, CPU of every process, time until all run, and the cost of a restart and of
# rest. The figures of KubeVela 1.10.8 for the same work stand beside them (measured once, on two shared cores).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
n=${1:-100}
export APISERVER_FLAGS="--audit-policy-file=$top/tests/e2e/audit.yaml --audit-log-path=$WORK/audit.log --audit-log-batch-max-size=1"
"$top/tests/lab/up.sh" 5
puppis install 2>/dev/null
kubectl create namespace e2e >/dev/null
apiserver=$(awk '$1=="kube-apiserver"{print $2}' "$RUN/pids")
etcd=$(awk '$1=="etcd"{print $2}' "$RUN/pids")
start_controller
sleep 3

for i in $(seq 1 "$n"); do
  cat <<Y
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: app-$i, namespace: e2e}
spec:
  components:
    - name: app-$i
      type: webservice
      properties: {image: "nginx:1.25", ports: [{port: 80}]}
      traits: [{type: scaler, properties: {replicas: 1}}]
---
Y
done >"$WORK/apps.yaml"

mark() { lines0=$(wc -l <"$WORK/audit.log"); requests0=$(asked); ctl0=$(cpu_of $controller_pid); api0=$(cpu_of "$apiserver"); etcd0=$(cpu_of "$etcd"); t0=$(now_ms); }
asked() { grep -c '"userAgent":"puppis"' "$WORK/audit.log" || true; }
report() { # what kubevela-requests kubevela-cpu
  local t1; t1=$(now_ms)
  awk -v n="$n" -v what="$1" -v r=$(($(asked) - requests0)) -v c=$(($(cpu_of $controller_pid) - ctl0)) \
    -v a=$(($(cpu_of "$apiserver") - api0)) -v e=$(($(cpu_of "$etcd") - etcd0)) -v t=$((t1 - t0)) -v kr="$2" -v kc="$3" 'BEGIN {
    printf "%-28s requests/app %5.1f (KubeVela %s)  controller CPU ms/app %6.1f (KubeVela %s)  apiserver %6.1f  etcd %5.1f  wall s %.1f\n",
      what, r/n, kr, c/n, kc, a/n, e/n, t/1000 }'
}
all_run() { [ "$(kubectl get app -n e2e -o jsonpath='{range .items[*]}{.status.status}{"\n"}{end}' | grep -c '^running$')" = "$n" ]; }

mark
kubectl create -f "$WORK/apps.yaml" >/dev/null
until all_run; do sleep 0.5; done
report "create until running" 48 104
tail -n +$((lines0 + 1)) "$WORK/audit.log" | grep '"userAgent":"puppis"' | grep -v '"verb":"\(list\|watch\)"' |
  sed -n 's/.*"verb":"\([a-z]*\)".*"resource":"\([a-z]*\)".*/\1 \2/p' | sort | uniq -c | sort -rn |
  awk -v n="$n" '{printf "    %6.2f %s %s\n", $1/n, $2, $3}' | head -12
sleep 5
mark; sleep 20; report "20 s of rest" 0 0
mark
kubectl annotate app --all -n e2e touched=1 >/dev/null
sleep 3
report "an annotation on each" 10 27
stop_controller
before=$(asked)
t0=$(now_ms); api0=$(cpu_of "$apiserver"); etcd0=$(cpu_of "$etcd")
start_controller
sleep 8
ctl0=0; requests0=$before
report "controller restarted" "-" 29
printf '    resident: %d MiB\n' $(($(awk '/VmRSS/{print $2}' /proc/$controller_pid/status) / 1024))
mark
kubectl delete app --all -n e2e >/dev/null
report "delete" "-" 13
