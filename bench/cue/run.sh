#!/usr/bin/env bash
# run.sh [--quick]: Puppis' CUE engine against the Go implementation v0.17.1 and v0.9.2 (KubeVela's), in one run, each
# in process: parameter and context as JSON in, JSON out, for KubeVela's built-in templates; then CUE's own benchmark
# archives. Prints a table; the last line is the median of Go v0.17.1 reused over ours reused.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
ms=600; [ "${1:-}" = --quick ] && ms=60
cache=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}/cue-bench
mkdir -p "$cache"

module() { (cd / && go mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

peer() { # version
  local dir=$cache/$1
  if [ ! -x "$dir/peer" ] || [ bench/cue/peer/main.go -nt "$dir/peer" ]; then
    mkdir -p "$dir"
    cp bench/cue/peer/main.go "$dir/"
    (cd "$dir" && { [ -f go.mod ] || go mod init puppis/peer; } && go get "cuelang.org/go@$1" && go mod tidy && go build -o peer .) \
      >"$dir/build.log" 2>&1 || { cat "$dir/build.log" >&2; exit 1; }
  fi
}

peer v0.17.1
peer v0.9.2
if [ ! -s "$cache/cases.jsonl" ] || [ bench/cue/cases.jsonl -nt "$cache/cases.jsonl" ]; then
  python3 bench/cue/prepare.py "$(module github.com/oam-dev/kubevela@v1.10.8)" "$(module cuelang.org/go@v0.17.1)" "$cache/cases.jsonl"
fi
[ -e build/release/build.ninja ] || cmake --preset release >/dev/null
ninja -C build/release cue_bench >&2

for side in ours v0.17.1 v0.9.2; do
  program="$cache/$side/peer"; [ $side = ours ] && program=build/release/bench/cue/cue_bench
  "$program" -cases "$cache/cases.jsonl" -ms $ms >"$cache/$side.jsonl"
done
exec python3 bench/cue/report.py "$cache"
