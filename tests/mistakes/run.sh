#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What Puppis says of some hundred mistakes in Applications, made mechanically from good ones.
#   PUPPIS_BIN        the program (build/release/puppis)
#   MISTAKES          cases per kind of mistake (24); 1000 takes all there are
#   PUPPIS_CONFORMANCE   where recorded Applications are; they are spoilt as well
set -euo pipefail
cd "$(dirname "$0")/../.."
apps=${PUPPIS_CONFORMANCE:-$PWD/../shared/conformance}/apps/app
[ -d "$apps" ] || apps=
n=${MISTAKES:-24}
exec python3 tests/mistakes/run.py --bin "${PUPPIS_BIN:-build/release/puppis}" --per-category "$n" --combined "$((n * 5 / 2))" ${apps:+--apps "$apps"}
