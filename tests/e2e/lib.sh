# What the end-to-end tests share: a cluster of their own, the program under test, and words to assert with.
# Sourced by run.sh and measure.sh.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}
WORK=${E2E_WORK:-$(mktemp -d)}
mkdir -p "$WORK"
export RUN=$WORK/run KUBECONFIG_OUT=$WORK/kubeconfig KUBECONFIG=$WORK/kubeconfig
export ETCD_PORT=${ETCD_PORT:-25790} PEER_PORT=${PEER_PORT:-25800} API_PORT=${API_PORT:-25443} KWOK_PORT=${KWOK_PORT:-25247}

PUPPIS=${PUPPIS:-}
if [ -z "$PUPPIS" ]; then
  for preset in release debug; do
    [ -x "$top/build/$preset/puppis" ] && { PUPPIS=$top/build/$preset/puppis; break; }
  done
fi
[ -x "${PUPPIS:-}" ] || { echo "e2e: no program to test; build it, or name it with PUPPIS=" >&2; exit 2; }

kubectl() { "$LAB/bin/kubectl" "$@"; }
puppis() { "$PUPPIS" "$@"; }

failures=0
checks=0
pass() { checks=$((checks + 1)); printf '  ok    %s\n' "$*"; }
flunk() { checks=$((checks + 1)); failures=$((failures + 1)); printf '  FAIL  %s\n' "$*"; }
check() { # what command...: the command must succeed
  local what=$1; shift
  if "$@" >"$WORK/last" 2>&1; then pass "$what"; else flunk "$what"; sed 's/^/          /' "$WORK/last" | head -15; fi
}
same() { # what expected found
  if [ "$2" = "$3" ]; then pass "$1"; else flunk "$1: expected '$2', found '$3'"; fi
}
eventually() { # what seconds command...: the command must succeed within that time
  local what=$1 end=$((SECONDS + $2)); shift 2
  until "$@" >"$WORK/last" 2>&1; do
    [ $SECONDS -lt $end ] || { flunk "$what"; sed 's/^/          /' "$WORK/last" | head -15; return 0; }
    sleep 0.1
  done
  pass "$what"
}
phase_is() { [ "$(kubectl get app "$1" -n "${3:-e2e}" -o jsonpath='{.status.status}')" = "$2" ]; }
gone() { ! kubectl get "$@" >/dev/null 2>&1; }
cpu_of() { awk '{print ($14 + $15) * 10}' "/proc/$1/stat"; }  # milliseconds
now_ms() { date +%s%3N; }

controller_pid=
start_controller() {
  setsid "$PUPPIS" controller "$@" >>"$WORK/controller.log" 2>&1 &
  controller_pid=$!
}
stop_controller() {
  [ -n "$controller_pid" ] || return 0
  kill "$controller_pid" 2>/dev/null || true
  wait "$controller_pid" 2>/dev/null || true
  controller_pid=
}
finish() {
  local status=$?
  stop_controller
  "$top/tests/lab/down.sh"
  if [ "$status" != 0 ] || [ "$failures" != 0 ]; then
    echo "the controller's log: $WORK/controller.log"
  elif [ -z "${E2E_WORK:-}" ]; then
    rm -rf "$WORK"
  fi
}
trap finish EXIT
