#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Concurrent clients and watches of the embedded server, their histories checked (main.go): as it is, killed in between, and with a short history.
# First the checker shows that it finds each defect of a double. SECONDS_EACH makes the runs longer.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
cd "$top/tests/linearizability"
mkdir -p "$LAB/bin"
go test -count=1 .
CGO_ENABLED=0 go build -trimpath -o "$LAB/bin/linearizability" .
check() { "$LAB/bin/linearizability" -puppis "$PUPPIS" -seconds "${SECONDS_EACH:-10}" -seed "${SEED:-1}" "$@" 2> >(grep -v serving >&2); }
check
check -kills 5
check -history 1000
