#!/usr/bin/env bash
# run.sh [--quick]: rendering, in process, one run each side beside the other.
#   1. the webservice definition (parameter and context in, JSON out): Puppis against Go CUE v0.17.1, reused and fresh;
#   2. a whole Application (one component, four traits): Puppis against KubeVela 1.10.8's own render path.
# The results of both sides are compared before any figure is printed. The last line is the ratio of 2.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
n=300; [ "${1:-}" = --quick ] && n=40
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}
work=$LAB/render-bench; mkdir -p "$work/gocue"
[ -d "$LAB/defs" ] || tests/lab/get.sh definitions

if [ ! -x "$work/gocue/gocue" ] || [ bench/render/gocue/main.go -nt "$work/gocue/gocue" ]; then
  cp bench/render/gocue/main.go "$work/gocue/"
  (cd "$work/gocue" && { [ -f go.mod ] || go mod init puppis/gocue; } && go get cuelang.org/go@v0.17.1 gopkg.in/yaml.v3@v3.0.1 &&
    go mod tidy && CGO_ENABLED=0 go build -o gocue .) >"$work/gocue/log" 2>&1 || { cat "$work/gocue/log" >&2; exit 1; }
fi
if [ ! -x "$work/kubevela" ] || [ bench/render/kubevela/main.go -nt "$work/kubevela" ]; then
  src=$LAB/src/kubevela
  if [ ! -e "$src/go.mod" ]; then
    module=$(cd / && go mod download -json github.com/oam-dev/kubevela@v1.10.8 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    mkdir -p "$LAB/src"; cp -r "$module" "$src"; chmod -R u+w "$src"
  fi
  printf '{"Replace": {"%s/cmd/puppis-bench/main.go": "%s/bench/render/kubevela/main.go"}}' "$src" "$PWD" >"$work/overlay.json"
  (cd "$src" && CGO_ENABLED=0 go build -mod=mod -overlay "$work/overlay.json" -o "$work/kubevela" ./cmd/puppis-bench)
fi
[ -e build/release/build.ninja ] || cmake --preset release >/dev/null
ninja -C build/release render_bench >&2

b=bench/render
KUBECONFIG=/nonexistent "$work/kubevela" -n $((n / 10)) -definitions "$LAB/defs" $b/app.yaml >"$work/peer-app.json"
build/release/bench/render/render_bench app $((n * 10)) "$LAB/defs" $b/app.yaml >"$work/our-app.json"
"$work/gocue/gocue" -n $n "$LAB/defs/webservice.yaml" $b/webservice.parameter.json $b/webservice.context.json >"$work/peer-template.json"
build/release/bench/render/render_bench template $((n * 10)) "$LAB/defs/webservice.yaml" $b/webservice.parameter.json \
  $b/webservice.context.json >"$work/our-template.json"
exec python3 $b/report.py "$work"
