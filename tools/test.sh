#!/usr/bin/env bash
# test.sh PART: what `./dev test` runs. Every part runs even when an earlier one fails; the last lines say which
# passed and how long each took; the exit code is 1 when any failed.
set -uo pipefail
cd "$(dirname "$0")/.."
JOBS=${JOBS:-$(nproc)}
logs=build/test-logs
mkdir -p "$logs"
names=() results=() seconds=()

part() { # name command...
  local name=$1 start=$SECONDS; shift
  printf '\n=== %s\n' "$name"
  if "$@" 2>&1 | tee "$logs/$name.log"; then results+=(pass); else results+=(FAIL); fi
  names+=("$name"); seconds+=($((SECONDS - start)))
}

build() { ./dev build "$@" | tail -n 3; }
unit() { ctest --test-dir "build/$1" --output-on-failure -j "$JOBS" --timeout 600 ${2:+-R "$2"}; }
# The end-to-end suites: each folder of tests/ with a run.sh is one.
suites() { for s in "$@"; do [ -x "tests/$s/run.sh" ] && part "$s" "tests/$s/run.sh"; done; }

run_lint() { part lint ./dev lint; }
run_build() { part build build release; }
run_unit() { part unit unit release; }
run_conformance() { suites conformance definitions mistakes schemas cue-library; }
run_e2e() {
  part lab ./dev lab get
  suites cli cue-verbs e2e admission kubectl vela differential informers linearizability crash embedded web
}
# Rooms whose sanitizer build fits into CI's time; `./dev build asan && ctest --test-dir build/asan` builds and runs them all.
SANITIZED="base_test data_test cel_test store_test net_test"
run_sanitizers() {
  local known targets=""
  cmake --preset asan >/dev/null
  known=$(ninja -C build/asan -t targets all | sed 's/:.*//')
  for t in $SANITIZED; do grep -qx "$t" <<<"$known" && targets="$targets $t"; done
  part build-asan build asan $targets
  part unit-asan env ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 bash -c "$(declare -f unit); JOBS=$JOBS unit asan '^(base|data|cel|store|net)\$'"
}

case ${1:-all} in
  lint) run_lint ;;
  unit) run_build; run_unit ;;
  quick) run_build; run_unit; run_conformance ;;
  conformance) run_build; run_conformance ;;
  e2e) run_build; run_e2e ;;
  sanitizers) run_sanitizers ;;
  all) run_build; run_unit; run_lint; run_conformance; run_e2e; run_sanitizers ;;
  *) echo "test: unknown part '$1'; see ./dev" >&2; exit 2 ;;
esac

printf '\n'
failed=0
for i in "${!names[@]}"; do
  printf '%-14s %-5s %5d s\n' "${names[$i]}" "${results[$i]}" "${seconds[$i]}"
  [ "${results[$i]}" = pass ] || failed=1
done
exit $failed
