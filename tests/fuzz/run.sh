#!/usr/bin/env bash
# run.sh [TARGET...]: runs the fuzz targets of fuzz/ under the address and undefined-behaviour sanitizers, each from its seeds in
# fuzz/corpus and from what earlier runs found (build/fuzz-corpus). Fails, and keeps the input, when one crashes, leaks, hangs
# or takes more memory than it may.
#   FUZZ_SECONDS   how long each runs (120)
#   FUZZ_JOBS      how many at a time (2)
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-120}
jobs=${FUZZ_JOBS:-2}
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(cue_eval cue_fmt cue_parser cue_lexer)

[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}" | tail -n 1

one() { # target: its log is shown when it fails
  local target=$1 log
  mkdir -p "build/fuzz-corpus/$target" "build/fuzz-findings/$target"
  log=build/fuzz-findings/$target/log
  if "build/fuzz/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=3000 -max_len=4096 -dict=fuzz/cue.dict -print_final_stats=1 \
      -artifact_prefix="build/fuzz-findings/$target/" "build/fuzz-corpus/$target" "fuzz/corpus/$target" >"$log" 2>&1; then
    printf '%-12s %s runs in %s s, no finding\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds"
  else
    tail -n 60 "$log"
    printf '%-12s FOUND something: %s\n' "$target" "$(ls "build/fuzz-findings/$target" | grep -v '^log$' | tr '\n' ' ')"
    return 1
  fi
}

status=0
running=0
for target in "${targets[@]}"; do
  one "$target" &
  running=$((running + 1))
  if [ "$running" -ge "$jobs" ]; then
    wait -n || status=1
    running=$((running - 1))
  fi
done
while [ "$running" -gt 0 ]; do
  wait -n || status=1
  running=$((running - 1))
done
exit "$status"
