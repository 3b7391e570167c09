#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The generated schemas before validators that others wrote (tools/requirements-schemas.txt).
#   PUPPIS_BIN           the program (build/release/puppis)
#   PUPPIS_DEFINITIONS   KubeVela's definitions as YAML (default: fetched as a Go module into the lab's cache)
#   PUPPIS_CONFORMANCE   where recorded schemas of KubeVela are; left out when missing
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$(./dev venv schemas)/bin/python
definitions=${PUPPIS_DEFINITIONS:-${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}/defs}
[ -d "$definitions" ] || tests/lab/get.sh definitions
gold=${PUPPIS_CONFORMANCE:-$PWD/../shared/conformance}/templates/gold.jsonl
[ -f "$gold" ] || gold=
exec "$python" tests/schemas/run.py --bin "${PUPPIS_BIN:-build/release/puppis}" --kubevela "$definitions" ${gold:+--gold "$gold"}
