#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A session of the real kubectl against the embedded server, simulated nodes running.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
[ -x "$LAB/bin/kubectl" ] || "$top/tests/lab/get.sh" kubectl
embedded
"$top/tests/kubectl/session.sh" "$LAB/bin/kubectl" "$KUBECONFIG" rollout
