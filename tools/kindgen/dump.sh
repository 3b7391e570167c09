#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# dump.sh DIR: asks the cluster of the current kubeconfig for the documents that kindgen reads.
set -euo pipefail
dir=$1; mkdir -p "$dir"
for gv in api/v1 $(kubectl get --raw /openapi/v3 | grep -oE '"apis/[a-z0-9.]+/v[0-9a-z]+"' | tr -d '"'); do
  name=$(echo "$gv" | tr / _)
  kubectl get --raw "/openapi/v3/$gv" > "$dir/$name.json"
  kubectl get --raw "/$gv" > "$dir/disc_$name.json"
done
