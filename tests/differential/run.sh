#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The embedded API server beside a real kube-apiserver: the same requests, the same answers.
# COUNT=2000 SEED=1 (and further seeds) is the full run; the default keeps CI short. api.md tells what is compared and what differs.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
"$top/tests/lab/get.sh" etcd kube-apiserver kubectl
export RUN=$WORK/real KUBECONFIG_OUT=$WORK/real.kubeconfig ETCD_PORT=${ETCD_PORT:-25790} PEER_PORT=${PEER_PORT:-25800} \
  API_PORT=${API_PORT:-25443}
finish_all() { "$top/tests/lab/down.sh" >/dev/null 2>&1 || true; finish; }
trap finish_all EXIT
MINIMAL=1 "$top/tests/lab/up.sh" >/dev/null
embedded --no-controller --nodes 0
python3 "$top/tests/differential/api.py" "$KUBECONFIG" "$KUBECONFIG_OUT" --count "${COUNT:-600}" --seed "${SEED:-1}" --least 97
python3 "$top/tests/differential/apply.py" "$KUBECONFIG" "$KUBECONFIG_OUT" --seed "${SEED:-1}" --least 99
