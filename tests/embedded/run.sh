#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The settings of `puppis server` and its data directory, and verbs with --embedded: alone on the directory and beside a server that runs on it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
data=$WORK/data
checks=0
expect() { # what pattern command...
  local what=$1 pattern=$2 out
  shift 2
  out=$("$@" 2>&1) || true
  grep -Eq -- "$pattern" <<<"$out" || { printf '%s\n' "FAILED: $what" "wanted: $pattern" "got: $out" >&2; exit 1; }
  checks=$((checks + 1))
}
verb() { "$PUPPIS" "$@" --embedded --data-dir "$data"; }
serve() { "$PUPPIS" server --data-dir "$data" --listen 127.0.0.1:0 --kubeconfig "$WORK/kubeconfig" "$@" 2>"$WORK/server.log" & server_pid=$!
  for _ in $(seq 600); do grep -q serving "$WORK/server.log" && return; sleep 0.05; done
  cat "$WORK/server.log" >&2; exit 1; }
stop() { kill "$server_pid"; wait "$server_pid"; server_pid=; }

verbs() { # name
  sed "s/first-app/$1/" "$top/examples/first-app.yaml" >"$WORK/$1.yaml"
  expect "up $1" 'running after' verb up -f "$WORK/$1.yaml" --wait
  expect "status $1" 'web  healthy' verb status "$1"
  expect "ls $1" "^$1 .*running" verb ls
  expect "dry-run $1, which asks nobody" 'kind: Deployment' "$PUPPIS" dry-run -f "$WORK/$1.yaml"
  expect "live-diff $1" '' verb live-diff -f "$WORK/$1.yaml"
  expect "def apply $1" 'created|configured|unchanged' verb def apply "$top/definitions/traits/scaler.cue"
  expect "def list $1" 'webservice' verb def list
  expect "delete $1" '' verb delete "$1"
  expect "ls without $1" 'No Applications|no applications|^APP|^$' verb ls
}
verbs alone
serve
verbs beside
expect "a second server on the directory" 'in use by another puppis server' "$PUPPIS" server --data-dir "$data" --listen 127.0.0.1:0
verb up -f "$WORK/beside.yaml" --wait >/dev/null 2>&1
expect "a snapshot while it runs" 'snapshot written' "$PUPPIS" server snapshot "$WORK/running.db" --kubeconfig "$WORK/kubeconfig"
expect "a snapshot that exists" 'exists already' "$PUPPIS" server snapshot "$WORK/running.db" --kubeconfig "$WORK/kubeconfig"
stop
expect "a snapshot of a directory" 'snapshot written' "$PUPPIS" server snapshot "$WORK/stopped.db" --data-dir "$data"
for snapshot in running stopped; do
  expect "restore $snapshot" 'restored into' "$PUPPIS" server restore "$WORK/$snapshot.db" --data-dir "$WORK/$snapshot"
  expect "the Application in $snapshot" '^beside .*running' "$PUPPIS" ls --embedded --data-dir "$WORK/$snapshot"
done
expect "restore over a store" 'holds a store already' "$PUPPIS" server restore "$WORK/running.db" --data-dir "$data"
head -c 100000 "$WORK/running.db" >"$WORK/half.db"
expect "restore half a snapshot" 'no whole snapshot' "$PUPPIS" server restore "$WORK/half.db" --data-dir "$WORK/half"
serve --in-memory
expect "a snapshot of memory" 'no snapshots' "$PUPPIS" server snapshot "$WORK/memory.db" --kubeconfig "$WORK/kubeconfig"
stop
echo "$checks checks of the embedded control plane hold"
