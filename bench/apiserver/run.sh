#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [--quick]: the embedded API server beside kube-apiserver with etcd, one after the other in one run on loopback.
# The same program (load/) asks both for the same things over HTTP/2 with TLS and a client certificate; both answer a write after fsync and ask RBAC.
# What is compared is the CPU time of the server's processes for each request, their memory with 10,000 objects, and the time from start to /readyz
# (Puppis with its built-in definitions, controller and nodes, in 20 starts). The last line has the ratios.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
flags=() starts=20
[ "${1:-}" = --quick ] && flags=(-objects 2000 -gets 3000 -lists 5 -patches 1500 -changes 100) starts=5
PUPPIS=${PUPPIS:-build/release/puppis}
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}
work=$(mktemp -d)
export RUN=$work/real KUBECONFIG_OUT=$work/real.kubeconfig ETCD_PORT=${ETCD_PORT:-26790} PEER_PORT=${PEER_PORT:-26800} API_PORT=${API_PORT:-26443}
server=
finish() {
  [ -z "$server" ] || { kill "$server"; wait "$server" || true; } 2>/dev/null
  tests/lab/down.sh >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

tests/lab/get.sh etcd kube-apiserver kubectl
[ -e build/release/build.ninja ] || cmake --preset release >/dev/null
[ "$PUPPIS" != build/release/puppis ] || ninja -C build/release puppis >&2
(cd bench/apiserver/load && CGO_ENABLED=0 go build -o "$work/load" .)

start() { # data kubeconfig flags...
  "$PUPPIS" server --data-dir "$1" --listen 127.0.0.1:0 --kubeconfig "$2" "${@:3}" 2>"$work/server.log" &
  server=$!
}
stop() { kill "$server"; wait "$server" || true; server=; }

echo "kube-apiserver and etcd" >&2
MINIMAL=1 FSYNC=1 tests/lab/up.sh >&2
"$work/load" -kubeconfig "$KUBECONFIG_OUT" -pids "$(cut -d' ' -f2 "$RUN/pids" | paste -sd,)" "${flags[@]}" >"$work/peer.json"
tests/lab/down.sh

echo "puppis server" >&2
start "$work/data" "$work/kubeconfig" --no-controller --nodes 0
"$work/load" -kubeconfig "$work/kubeconfig" -pids "$server" "${flags[@]}" >"$work/puppis.json"
stop

echo "starts" >&2
for i in $(seq "$starts"); do
  start "$work/data-start" "$work/kubeconfig-$i"
  "$work/load" -ready -kubeconfig "$work/kubeconfig-$i" -pids "$server"
  stop
  [ "$i" -gt 1 ] || rm -rf "$work/data-start"
done >"$work/starts"
python3 bench/apiserver/report.py "$work"
