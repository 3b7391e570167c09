# SPDX-License-Identifier: Apache-2.0
# Sourced by suites that need an embedded server: starts one in memory on a free port and ends it, by its pid, at exit.
# After `embedded [FLAG...]`, KUBECONFIG names it and $WORK is a scratch folder.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}
PUPPIS=${PUPPIS:-$top/build/release/puppis}
[ -x "$PUPPIS" ] || PUPPIS=$top/build/debug/puppis
[ -x "$PUPPIS" ] || { echo "no puppis is built: ./dev build" >&2; exit 1; }
WORK=$(mktemp -d)
server_pid=
finish() { [ -z "$server_pid" ] || { kill "$server_pid" 2>/dev/null; wait "$server_pid" 2>/dev/null; }; rm -rf "$WORK"; }
trap finish EXIT
embedded() {
  "$PUPPIS" server --in-memory --listen 127.0.0.1:0 --kubeconfig "$WORK/kubeconfig" "$@" >"$WORK/server.log" 2>&1 &
  server_pid=$!
  for _ in $(seq 200); do
    [ -s "$WORK/kubeconfig" ] && break
    kill -0 "$server_pid" 2>/dev/null || { cat "$WORK/server.log" >&2; exit 1; }
    sleep 0.05
  done
  export KUBECONFIG=$WORK/kubeconfig
}
