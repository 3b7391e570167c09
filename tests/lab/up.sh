#!/usr/bin/env bash
# up.sh [NODES]: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok (simulated nodes) on 127.0.0.1.
# Writes a kubeconfig with an administrator's client certificate. Stop with down.sh.
# Environment: LAB (where get.sh put the programs), RUN (state of this cluster), KUBECONFIG_OUT, and the ports ETCD_PORT,
# PEER_PORT, API_PORT, KWOK_PORT, so that several clusters stand side by side. KEEP=1 keeps earlier data, FSYNC=1 keeps
# etcd's fsync, MINIMAL=1 starts only etcd and kube-apiserver, APISERVER_FLAGS adds flags, AUTHZ chooses authorization.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}
BIN=$LAB/bin
RUN=${RUN:-$LAB/run}
NODES=${1:-5}
ETCD_PORT=${ETCD_PORT:-23790} PEER_PORT=${PEER_PORT:-23800} API_PORT=${API_PORT:-16443} KWOK_PORT=${KWOK_PORT:-10247}
KUBECONFIG_OUT=${KUBECONFIG_OUT:-$LAB/kubeconfig}

die() { echo "lab: $*" >&2; exit 1; }
[ ! -e "$RUN/pids" ] || die "already up ($RUN/pids exists); run down.sh first"
for program in etcd kube-apiserver kubectl; do [ -x "$BIN/$program" ] || die "no $BIN/$program; run get.sh first"; done
began=$(date +%s.%N)
[ "${KEEP:-0}" = 1 ] || rm -rf "$RUN/etcd"
mkdir -p "$RUN/pki" "$RUN/log"
chmod 700 "$RUN/pki"
trap 'status=$?; [ $status = 0 ] || RUN=$RUN "$here/down.sh"; exit $status' EXIT

certificate() { # name subject extensions
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" \
    -extfile <(printf '%s\n' "$3") 2>/dev/null
  rm "$1.csr"
}

cd "$RUN/pki"
if [ ! -e ca.crt ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout ca.key -out ca.crt -subj /CN=lab-ca \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
  names=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
  certificate apiserver /CN=kube-apiserver "subjectAltName=$names
extendedKeyUsage=serverAuth"
  certificate admin /O=system:masters/CN=admin "extendedKeyUsage=clientAuth"
  openssl genrsa -out sa.key 2048 2>/dev/null
  openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
  printf 'lab-admin-token,token-admin,1,"system:masters"\n' > tokens.csv
fi

(umask 077; cat > "$KUBECONFIG_OUT" <<Y
apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:$API_PORT", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: admin, user: {client-certificate-data: $(base64 -w0 admin.crt), client-key-data: $(base64 -w0 admin.key)}}]
contexts: [{name: lab, context: {cluster: lab, user: admin}}]
current-context: lab
Y
)

start() { # name command...
  local name=$1
  shift
  setsid nohup nice -n "${NICE:-0}" "$@" >"$RUN/log/$name.log" 2>&1 </dev/null &
  echo "$name $!" >> "$RUN/pids"
}
ready() { # what command...
  local what=$1
  shift
  for _ in $(seq 1 600); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  die "$what is not ready after 60 s; see $RUN/log"
}
kubectl() { "$BIN/kubectl" --kubeconfig="$KUBECONFIG_OUT" "$@"; }

fsync=--unsafe-no-fsync
[ "${FSYNC:-0}" = 1 ] && fsync=
# shellcheck disable=SC2086  # flags are words
start etcd "$BIN/etcd" --name lab --data-dir "$RUN/etcd" \
  --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
  --listen-peer-urls "http://127.0.0.1:$PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$PEER_PORT" \
  --initial-cluster "lab=http://127.0.0.1:$PEER_PORT" --log-level warn --quota-backend-bytes 4294967296 $fsync
ready etcd curl -fs --noproxy '*' "http://127.0.0.1:$ETCD_PORT/health"
# shellcheck disable=SC2086
start kube-apiserver "$BIN/kube-apiserver" --etcd-servers="http://127.0.0.1:$ETCD_PORT" \
  --bind-address=127.0.0.1 --secure-port="$API_PORT" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
  --tls-cert-file=apiserver.crt --tls-private-key-file=apiserver.key --client-ca-file=ca.crt --cert-dir="$RUN/pki" \
  --token-auth-file=tokens.csv --authorization-mode="${AUTHZ:-RBAC}" --anonymous-auth=true \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=sa.pub \
  --service-account-signing-key-file=sa.key --service-cluster-ip-range=10.96.0.0/16 --allow-privileged=true \
  --storage-media-type=application/vnd.kubernetes.protobuf ${APISERVER_FLAGS:-}
ready kube-apiserver curl -fs --noproxy '*' --cacert ca.crt -H "Authorization: Bearer lab-admin-token" \
  "https://127.0.0.1:$API_PORT/readyz"
served=$(date +%s.%N)

if [ "${MINIMAL:-0}" != 1 ]; then
  common=(--kubeconfig="$KUBECONFIG_OUT" --leader-elect=false --bind-address=127.0.0.1 --secure-port=0
    --kube-api-qps=500 --kube-api-burst=1000)
  start kube-controller-manager "$BIN/kube-controller-manager" "${common[@]}" \
    --service-account-private-key-file=sa.key --root-ca-file=ca.crt --allocate-node-cidrs=false \
    --configure-cloud-routes=false --use-service-account-credentials=false
  start kube-scheduler "$BIN/kube-scheduler" "${common[@]}"
  start kwok "$BIN/kwok" --kubeconfig="$KUBECONFIG_OUT" --manage-all-nodes=true \
    --server-address="127.0.0.1:$KWOK_PORT" --node-lease-duration-seconds=40
  for i in $(seq 0 $((NODES - 1))); do
    cat <<Y
apiVersion: v1
kind: Node
metadata:
  name: kwok-$i
  annotations: {node.alpha.kubernetes.io/ttl: "0", kwok.x-k8s.io/node: fake}
  labels: {kubernetes.io/hostname: kwok-$i, kubernetes.io/os: linux, kubernetes.io/arch: amd64, type: kwok}
status:
  allocatable: {cpu: "256", memory: 1Ti, pods: "5000"}
  capacity: {cpu: "256", memory: 1Ti, pods: "5000"}
---
Y
  done | kubectl apply -f - >/dev/null
  ready nodes kubectl wait --for=condition=Ready node --all --timeout=60s
  ready "the default service account" kubectl get serviceaccount default -n default
fi
awk -v a="$began" -v b="$served" -v c="$(date +%s.%N)" \
  'BEGIN { printf "apiserver ready after %.1f s, all after %.1f s\n", b - a, c - a }'
