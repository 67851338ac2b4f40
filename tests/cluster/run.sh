#!/usr/bin/env bash
# Installs the chart on a real Kubernetes, and counts what callers and subscribers notice of a roll, of
# scaling, of a drained node and of a killed pod.
set -euo pipefail

readonly not_run=77

usage() {
  cat <<'TEXT'
usage: tests/cluster/run.sh --image REPOSITORY:TAG [--broker-image IMAGE] [--context NAME]

Needs kubectl and a Kubernetes that it reaches (a kubeconfig, k3s, or kind),
with an image of dino-bridge that its nodes have or can pull. Makes a
namespace of its own, and removes it in the end. Draining needs two nodes; the
node is made schedulable again.

Exit status: 0 if nothing was lost; 1 if something was; 2 for a wrong command
line; 77, and "not run" on the last line, if there is no Kubernetes.
TEXT
}

image='' broker_image=docker.io/library/eclipse-mosquitto:2
kubectl=(kubectl)
while (($#)); do
  case "$1" in
    --image | --broker-image | --context)
      if [[ -z "${2:-}" ]]; then
        echo "error: $1 needs a value" >&2
        exit 2
      fi
      case "$1" in
        --image) image=$2 ;;
        --broker-image) broker_image=$2 ;;
        --context) kubectl+=(--context "$2") ;;
      esac
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# ---- is there a cluster? ----------------------------------------------------------------

reachable() { "${kubectl[@]}" --request-timeout=10s get nodes >/dev/null 2>&1; }

# find_cluster: points kubectl at a cluster.
find_cluster() {
  command -v kubectl >/dev/null || return
  if reachable; then return; fi
  if [[ -r /etc/rancher/k3s/k3s.yaml ]]; then
    export KUBECONFIG=/etc/rancher/k3s/k3s.yaml
    if reachable; then return; fi
  fi
  local name
  name=$(kind get clusters 2>/dev/null | head -n 1)
  [[ -n "$name" ]] || return
  KUBECONFIG=$(mktemp) && export KUBECONFIG
  kind get kubeconfig --name "$name" >"$KUBECONFIG" && reachable
}

if ! find_cluster; then
  echo 'not run: no Kubernetes can be reached'
  exit "$not_run"
fi
if [[ -z "$image" ]]; then
  echo 'error: name the image with --image' >&2
  exit 2
fi

# ---- programs ---------------------------------------------------------------------------

source "$root/tests/support/process/go_program.sh"
find_go "$root/build/tools"
tools=$root/build/tools/cluster
mkdir -p "$tools"
helm_version=$(sed -n 's|^\thelm.sh/helm/v3 ||p' "$root/tests/chart/go.mod")
GOBIN=$tools "$go" install "helm.sh/helm/v3/cmd/helm@$helm_version"
architecture=$("${kubectl[@]}" get nodes --output 'jsonpath={.items[0].status.nodeInfo.architecture}')
(cd "$root/tests/cluster" && CGO_ENABLED=0 GOOS=linux GOARCH=$architecture "$go" build -o "$tools/publisher" ./publisher)

namespace=dino-cluster-test-$RANDOM
kubectl+=(--namespace "$namespace")
helm=("$tools/helm" --namespace "$namespace")
context=$("${kubectl[@]}" config current-context 2>/dev/null || true)
for i in "${!kubectl[@]}"; do
  if [[ "${kubectl[i]}" == --context ]]; then context=${kubectl[i + 1]}; fi
done
if [[ -n "$context" ]]; then helm+=(--kube-context "$context"); fi

scratch=$(mktemp -d -t dino-cluster.XXXXXX)
drained=''
clean_up() {
  if [[ -n "$drained" ]]; then "${kubectl[@]}" uncordon "$drained" || true; fi
  "${kubectl[@]}" delete namespace "$namespace" --wait=false || true
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- what runs on it --------------------------------------------------------------------

readonly selector=app.kubernetes.io/instance=bridge,app.kubernetes.io/component=bridge

# chart ARGUMENT...: installs or upgrades, and waits until it is done.
chart() {
  "${helm[@]}" upgrade --install bridge "$root/helm/dino-bridge" --wait --timeout 10m \
    --set image.repository="${image%:*}" --set-string image.tag="${image##*:}" \
    --set config.mqtt-brokers=broker:1883 --set auth.allowAnonymous=true \
    --set resources.requests.cpu=50m "$@" >"$scratch/helm.log" 2>&1 || {
    cat "$scratch/helm.log" >&2
    return 1
  }
}

# The broker and the publisher share a node, which is not drained.
home=$("${kubectl[@]}" get nodes --output 'jsonpath={.items[0].metadata.name}')
"${kubectl[@]}" create namespace "$namespace"
"${kubectl[@]}" apply --filename - <<YAML
apiVersion: v1
kind: ConfigMap
metadata: {name: broker}
data:
  mosquitto.conf: |
    listener 1883
    allow_anonymous true
    max_inflight_messages 0
    max_queued_messages 0
    set_tcp_nodelay true
---
apiVersion: v1
kind: Pod
metadata: {name: broker, labels: {app: broker}}
spec:
  nodeName: $home
  containers:
    - name: mosquitto
      image: $broker_image
      command: [mosquitto, -c, /broker/mosquitto.conf]
      volumeMounts: [{name: broker, mountPath: /broker}]
  volumes: [{name: broker, configMap: {name: broker}}]
---
apiVersion: v1
kind: Service
metadata: {name: broker}
spec:
  selector: {app: broker}
  ports: [{port: 1883}]
---
apiVersion: v1
kind: Pod
metadata: {name: publisher}
spec:
  nodeName: $home
  containers:
    - name: publisher
      image: $broker_image
      command: [sleep, infinity]
YAML
"${kubectl[@]}" wait --for=condition=Ready pod/broker pod/publisher --timeout=5m
"${kubectl[@]}" exec --stdin publisher -- sh -c 'cat >/tmp/publisher && chmod +x /tmp/publisher' <"$tools/publisher"

passed=0 failed=0
report=()

# under_load NAME [--may-double] -- COMMAND...: runs a command while events are published, and counts.
under_load() {
  local name=$1 options=() status=0 publisher input
  shift
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  mkfifo "$scratch/input"
  "${kubectl[@]}" exec --stdin publisher -- /tmp/publisher --broker broker:1883 \
    --service bridge-dino-bridge:50051 --headless bridge-dino-bridge-headless:50051 "${options[@]}" \
    <"$scratch/input" >"$scratch/publisher.log" 2>&1 &
  publisher=$!
  exec {input}>"$scratch/input"
  rm "$scratch/input"
  until grep -qx publishing "$scratch/publisher.log"; do
    if ! kill -0 "$publisher" 2>/dev/null; then break; fi
    sleep 0.2
  done
  "$@" || status=1
  exec {input}>&-
  wait "$publisher" || status=1
  report+=("$( ((status == 0)) && echo PASS || echo FAIL) $name: $(tail -n 1 "$scratch/publisher.log")")
  echo "${report[-1]}"
  if ((status)); then
    ((++failed))
    head -n 20 "$scratch/publisher.log"
  else
    ((++passed))
  fi
}

scale() { chart --set replicaCount=4 && chart --set replicaCount=2; }

switch_autoscaling_on() {
  chart --set replicaCount=4 && chart --set autoscaling.enabled=true &&
    [[ "$("${kubectl[@]}" get deployment bridge-dino-bridge --output 'jsonpath={.spec.replicas}')" == 4 ]]
}

drain() {
  drained=$("${kubectl[@]}" get nodes --output 'jsonpath={.items[*].metadata.name}' | tr ' ' '\n' | grep -vxF "$home" | head -n 1)
  "${kubectl[@]}" drain "$drained" --pod-selector "$selector" --ignore-daemonsets --timeout=10m &&
    "${kubectl[@]}" rollout status deployment/bridge-dino-bridge --timeout=5m
  local status=$?
  "${kubectl[@]}" uncordon "$drained" && drained=''
  return "$status"
}

kill_pod() {
  local pod
  pod=$("${kubectl[@]}" get pods --selector "$selector" --output 'jsonpath={.items[0].metadata.name}')
  "${kubectl[@]}" delete pod "$pod" --grace-period=0 --force &&
    "${kubectl[@]}" rollout status deployment/bridge-dino-bridge --timeout=5m
}

chart
under_load 'roll' -- chart --set-string podAnnotations.rolled=once
under_load 'scale to four and back' -- scale
under_load 'switch autoscaling on' -- switch_autoscaling_on
chart
if (($("${kubectl[@]}" get nodes --output name | wc -l) > 1)); then
  under_load 'drain a node' -- drain
else
  report+=('not run: drain a node, because there is only one')
fi
under_load 'kill a pod' --may-double -- kill_pod
if "${helm[@]}" test bridge; then ((++passed)); else ((++failed)); fi

printf '%s\n' "${report[@]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
