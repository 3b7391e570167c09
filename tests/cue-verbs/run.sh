#!/usr/bin/env bash
# The verbs of `puppis cue` beside the real cue (cases.txt), and what they tell about mistakes (mistakes/).
#   PUPPIS_BIN   the program (build/release/puppis)
set -uo pipefail
cd "$(dirname "$0")/../.."
cue=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}/bin/cue
[ -x "$cue" ] || tests/lab/get.sh cue
status=0
tests/cue-verbs/compare.py --cue "$cue" --puppis "${PUPPIS_BIN:-build/release/puppis}" || status=1
tests/cue-verbs/mistakes.sh || status=1
exit $status
