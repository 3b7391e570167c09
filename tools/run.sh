#!/usr/bin/env bash
# run.sh [PORT]: what `./dev run` does: install, build, start the embedded control plane, deliver the example, say where to
# look. `run.sh stop` ends what it started (by its pid, and only that).
set -euo pipefail
cd "$(dirname "$0")/.."
STATE=${PUPPIS_STATE:-$PWD/build/run}
pidfile=$STATE/server.pid

running() { [ -e "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; }

if [ "${1:-}" = stop ]; then
  running || { echo "not running"; exit 0; }
  pid=$(cat "$pidfile"); kill "$pid"
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  rm -f "$pidfile"; echo "stopped"; exit 0
fi

port=${1:-8443}
./dev build release puppis | tail -n 1
puppis=$PWD/build/release/puppis
mkdir -p "$STATE"
export KUBECONFIG=$STATE/kubeconfig
if running; then
  echo "the control plane already runs (pid $(cat "$pidfile"))"
else
  setsid nohup "$puppis" server --data-dir "$STATE/data" --listen "127.0.0.1:$port" --kubeconfig "$KUBECONFIG" \
    >"$STATE/server.log" 2>&1 </dev/null &
  echo $! > "$pidfile"
  for _ in $(seq 100); do
    running || { echo "the server ended at once; its log:" >&2; tail -n 20 "$STATE/server.log" >&2; rm -f "$pidfile"; exit 1; }
    [ -s "$KUBECONFIG" ] && "$puppis" ls >/dev/null 2>&1 && break
    sleep 0.1
  done
fi
"$puppis" up -f examples/first-app.yaml --wait
"$puppis" status first-app
cat <<T

A control plane with simulated nodes runs on https://127.0.0.1:$port. Look around:

  export KUBECONFIG=$KUBECONFIG
  $puppis status first-app
  $puppis show webservice
  kubectl get applications,deployments,pods,services,ingresses      (any kubectl; vela works too)

  ./dev stop        ends it; its data stays in $STATE/data
T
