#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The built-in definitions: their own tests, and, where the recorded cases are at hand, every Application of them.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=${PUPPIS_BIN:-build/release/puppis}
"$bin" def test definitions | tail -n 3
python3 tests/definitions/complete.py --bin "$bin"
PUPPIS_BIN=$bin tests/definitions/tooling.sh
data=${PUPPIS_CONFORMANCE:-$PWD/../shared/conformance}
if [ -d "$data/apps" ]; then
  python3 tests/definitions/apps.py --cases "$data/apps" --engine "$bin"
else
  echo "SKIPPED: no recorded Applications at $data; set PUPPIS_CONFORMANCE"
fi
