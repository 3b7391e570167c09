#!/usr/bin/env bash
# bench.sh [NAME] [flags]: each bench/NAME/run.sh pairs Puppis with a peer in one run and prints a ratio last.
set -euo pipefail
cd "$(dirname "$0")/.."
all=$(ls bench/*/run.sh 2>/dev/null | xargs -rn1 dirname | xargs -rn1 basename)
name=${1:-}
if [ -z "$name" ] || [ "${name#-}" != "$name" ]; then
  for n in $all; do echo "== $n"; "bench/$n/run.sh" "$@"; done
  exit
fi
shift
[ -x "bench/$name/run.sh" ] || { echo "bench: no benchmark '$name'; there are: $(echo $all)" >&2; exit 2; }
exec "bench/$name/run.sh" "$@"
