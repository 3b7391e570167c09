#!/usr/bin/env bash
# run.sh [apps|templates|all]: scores the renderer against KubeVela's own answers, with KubeVela's definitions.
#   PUPPIS_CONFORMANCE   the folder with apps/ and templates/ (each with its compare.py)
#   PUPPIS_DEFINITIONS   KubeVela's definitions as YAML
#   PUPPIS_BIN           the program (build/release/puppis)
#   LIST                 how many failing cases to name (20)
# Cases that differ on purpose are listed, with the reasons, in known-gaps-apps.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
what=${1:-all}
data=${PUPPIS_CONFORMANCE:?set PUPPIS_CONFORMANCE to the folder of the cases}
definitions=${PUPPIS_DEFINITIONS:?set PUPPIS_DEFINITIONS to the folder of the definitions}
bin=$(realpath "${PUPPIS_BIN:-build/release/puppis}")
list=${LIST:-20}
if [ "$what" = apps ] || [ "$what" = all ]; then
  echo "apps:"
  python3 "$data/apps/compare.py" --engine "$bin" --definitions "$definitions" --list "$list"
fi
if [ "$what" = templates ] || [ "$what" = all ]; then
  for truth in results-0.9.2.jsonl results-0.17.1.jsonl; do
    echo "templates against ${truth%.jsonl}:"
    python3 "$data/templates/compare.py" --engine "$bin" --definitions "$definitions" --truth "$truth" --list "$list"
  done
fi
