#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 under write load, then a failing disk, a damaged file and a stop under load. KILLS=500 is the full run; the default keeps CI short.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
python3 "$top/tests/crash/kill.py" --kills "${KILLS:-25}" -- "$PUPPIS" server --no-controller --nodes 0
python3 "$top/tests/crash/faults.py" "$PUPPIS" server --no-controller --nodes 0
