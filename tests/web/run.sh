#!/usr/bin/env bash
# The reference site of `puppis show --web`, driven in a real Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/web/reference_site_test.py "${PUPPIS:-build/release/puppis}"
