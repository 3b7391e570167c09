#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Informers and watches of client-go against the embedded server, with connections that are cut all the time (see main.go).
# WRITES=36000 is an hour of ten writes a second, in about a minute; more make a longer run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
mkdir -p "$LAB/bin"
(cd "$top/tests/informers" && CGO_ENABLED=0 go build -trimpath -o "$LAB/bin/informers" .)
embedded --no-controller --nodes 0
"$LAB/bin/informers" -writes "${WRITES:-36000}" -seed "${SEED:-1}"
KUBE_FEATURE_WatchListClient=true "$LAB/bin/informers" -writes "$((${WRITES:-36000} / 6))" -seed "$((${SEED:-1} + 1))"
