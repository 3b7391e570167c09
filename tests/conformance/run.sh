#!/usr/bin/env bash
# run.sh [apps|templates|cue|all]: scores Puppis against the recorded answers of the real cue and vela.
#   PUPPIS_CONFORMANCE   the folder with apps/, templates/ and cue/ (default: shared/conformance beside the checkout)
#   PUPPIS_DEFINITIONS   KubeVela's definitions as YAML (default: fetched as a Go module into the lab's cache)
#   PUPPIS_BIN           the program (build/release/puppis)
#   LIST                 how many failing cases to name (20)
# The cases are not part of the project; where they are missing this says so and passes. Counts below those of floor.json fail.
# Cases that differ on purpose are listed, with the reasons, in known-gaps-apps.md and known-gaps.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
what=${1:-all}
data=${PUPPIS_CONFORMANCE:-$PWD/../shared/conformance}
if [ ! -d "$data" ]; then
  echo "SKIPPED: no conformance cases at $data; set PUPPIS_CONFORMANCE to the folder that holds them"
  exit 0
fi
definitions=${PUPPIS_DEFINITIONS:-${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}/defs}
[ -d "$definitions" ] || tests/lab/get.sh definitions
bin=$(realpath "${PUPPIS_BIN:-build/release/puppis}")
list=${LIST:-20}
status=0
floor() { # name key: reads the judge's last line and compares one count with what was reached before
  python3 -c '
import ast, json, sys
name, key = sys.argv[1:]
text = sys.stdin.read(); print(text, end="")
got = ast.literal_eval(text.strip().splitlines()[-1])[key]
least = json.load(open("tests/conformance/floor.json"))[name]
if got < least: sys.exit(f"{name}: {got} agree, {least} did before")' "$1" "$2" || status=1
}
if [ "$what" = apps ] || [ "$what" = all ]; then
  echo "apps:"
  python3 "$data/apps/compare.py" --engine "$bin" --definitions "$definitions" --list "$list" | floor apps "render equal"
fi
if [ "$what" = templates ] || [ "$what" = all ]; then
  echo "templates against the answers of CUE v0.9.2:"
  python3 "$data/templates/compare.py" --engine "$bin" --definitions "$definitions" --list "$list" | floor templates agree
fi
if [ "$what" = cue ] || [ "$what" = all ]; then
  echo "cue:"
  PUPPIS_CONFORMANCE=$data python3 tests/conformance/cue.py --bin "$bin" --list "$list" || status=1
fi
exit $status
