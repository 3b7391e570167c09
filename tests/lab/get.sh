#!/usr/bin/env bash
# get.sh [TOOL...]: builds, from Go modules, whatever of the lab is missing from $LAB/bin.
# Tools: etcd kube-apiserver kube-controller-manager kube-scheduler kubectl kwok cue vela vela-core
#        loadgen (makes and times many Applications), definitions (KubeVela's, as YAML, into $LAB/defs; no cluster needed)
# No argument: all of the first line but vela and vela-core. About 12 minutes from an empty cache on 2 cores, seconds after that.
set -euo pipefail
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}
K8S=1.34.3 ETCD=3.6.16 KWOK=0.7.0 CUE=0.17.1 VELA=1.10.8
mkdir -p "$LAB/bin" "$LAB/src"
export CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=${GOTOOLCHAIN:-auto}
dir() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; }
have() { [ -x "$LAB/bin/$1" ] || { [ "$1" = definitions ] && [ -d "$LAB/defs" ]; }; }
k8s_module() { # a module of our own that takes k8s.io/kubernetes as it is, its staging parts by their releases
  local m=$LAB/src/k8s d; [ -e "$m/go.sum" ] && return
  mkdir -p "$m"; d=$(dir "k8s.io/kubernetes@v$K8S")
  sed -e 's#^module .*#module lab.local/k8s#' -e '/=> \.\/staging/d' "$d/go.mod" > "$m/go.mod"
  grep -oE 'k8s\.io/[a-z0-9-]+ v0\.0\.0$' "$d/go.mod" | sort -u |
    while read -r part _; do echo "replace $part => $part v0.${K8S#1.}"; done >> "$m/go.mod"
  echo "require k8s.io/kubernetes v$K8S" >> "$m/go.mod"
  printf '//go:build tools\n\npackage tools\n\nimport (\n\t_ "k8s.io/kubernetes/cmd/kube-apiserver"\n)\n' > "$m/tools.go"
  (cd "$m" && go mod tidy -e >/dev/null 2>&1)
}
build() {
  local b=$1 P=k8s.io/component-base/version
  case $b in
  etcd) local m=$LAB/src/etcd; mkdir -p "$m"; [ -e "$m/go.mod" ] || (cd "$m" && go mod init lab.local/etcd >/dev/null 2>&1 &&
          go get "go.etcd.io/etcd/server/v3@v$ETCD" >/dev/null 2>&1)
        (cd "$m" && go build -trimpath -ldflags "-s -w" -o "$LAB/bin/etcd" go.etcd.io/etcd/server/v3) ;;
  kube-apiserver|kube-controller-manager|kube-scheduler|kubectl) k8s_module
        (cd "$LAB/src/k8s" && go build -trimpath -ldflags "-s -w -X $P.gitVersion=v$K8S -X $P.gitMajor=1 -X $P.gitMinor=${K8S:2:2} -X $P.gitTreeState=clean -X $P.gitCommit=module -X $P.buildDate=1970-01-01T00:00:00Z" \
          -o "$LAB/bin/$b" "k8s.io/kubernetes/cmd/$b") ;;
  kwok) GOBIN=$LAB/bin go install -trimpath -ldflags "-s -w" "sigs.k8s.io/kwok/cmd/kwok@v$KWOK" ;;
  cue)  GOBIN=$LAB/bin go install -trimpath -ldflags "-s -w" "cuelang.org/go/cmd/cue@v$CUE" ;;
  vela|vela-core) local s=$LAB/src/kubevela
        [ -e "$s/go.mod" ] || { cp -r "$(dir "github.com/oam-dev/kubevela@v$VELA")" "$s"; chmod -R u+w "$s"; }
        (cd "$s" && go build -trimpath -ldflags "-s -w" -o "$LAB/bin/$b" ./$([ $b = vela ] && echo references/cmd/cli || echo cmd/core)) ;;
  loadgen) mkdir -p "$LAB/src/loadgen" && cp "$(dirname "$0")"/loadgen/* "$LAB/src/loadgen/"
        (cd "$LAB/src/loadgen" && go build -trimpath -o "$LAB/bin/loadgen" .) ;;
  definitions) local c; c=$(dir "github.com/oam-dev/kubevela@v$VELA")/charts/vela-core; mkdir -p "$LAB/defs"
        for f in "$c"/templates/defwithtemplate/*.yaml; do
          sed 's/{{ *include "systemDefinitionNamespace" \. *}}/vela-system/' "$f" > "$LAB/defs/$(basename "$f")"; done ;;
  *) echo "unknown tool: $b" >&2; return 2 ;;
  esac
}
[ $# -gt 0 ] || set -- etcd kube-apiserver kube-controller-manager kube-scheduler kubectl kwok cue
for b; do have "$b" || { s=$(date +%s); build "$b"; echo "$b built in $(( $(date +%s) - s )) s"; }; done
