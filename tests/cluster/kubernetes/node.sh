# shellcheck shell=bash
# A node: containerd, kubelet and kube-proxy in its network, with files of its own.

: "${dir:?}" "${programs:?}" "${control_plane:?}" "${image:?}" "${broker_image:?}"

# The kubelet sets these for the whole machine.
kernel_settings=$(sysctl vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops \
  kernel.keys.root_maxkeys kernel.keys.root_maxbytes)

# write_node NODE FOLDER
write_node() {
  mkdir -p "$2/cni"
  cat >"$2/containerd.toml" <<TOML
version = 2
root = "$2/containerd"
state = "$2/state"
[grpc]
  address = "$2/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = true # Root in a container may not lower it.
  sandbox_image = "$broker_image"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$2/cni"
TOML
  cat >"$2/cni/pods.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "ptp", "mtu": 1500,
  "ipam": {"type": "host-local", "dataDir": "$2/addresses", "ranges": [[{"subnet": "$(pods_of "$1")"}]],
           "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
  cat >"$2/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}, x509: {clientCAFile: $dir/authority.crt}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupsPerQOS: false
clusterDNS: [$control_plane]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix://$2/containerd.sock
enforceNodeAllocatable: []
evictionHard: {memory.available: 100Mi}
failCgroupV1: false
failSwapOn: false
imageGCHighThresholdPercent: 100
podLogsDir: $2/logs
resolvConf: $2/resolv.conf
YAML
  : >"$2/resolv.conf"
  cat >"$2/proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $dir/kubeconfig}
clusterCIDR: 10.244.0.0/16
conntrack: {maxPerCore: 0, min: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}
hostnameOverride: node-$1
mode: iptables
YAML
}

container_tool() { ctr --address "$1/containerd.sock" --namespace k8s.io "${@:2}"; }

# start_node NODE
start_node() {
  local node=$1 folder=$dir/node-$1 archive name
  write_node "$node" "$folder"
  start_beside "$node" "containerd-$node" containerd --config "$folder/containerd.toml"
  within 30 says_or_ended "containerd-$node" 'successfully booted' || fail 'containerd does not start' "containerd-$node"
  for archive in "$dir"/broker.tar "$dir"/dino-bridge.tar; do
    name=()
    # Only an OCI layout does not say how its image is called.
    if tar --list --file "$archive" | grep -qx './index.json'; then name=(--index-name "$image"); fi
    container_tool "$folder" images import "${name[@]}" "$archive" >"$dir/import.log" 2>&1 ||
      fail 'an image cannot be taken' import
  done
  start_beside "$node" "kubelet-$node" "$programs/kubelet" --config "$folder/kubelet.yaml" \
    --kubeconfig "$dir/kubeconfig" --root-dir "$folder/kubelet" --cert-dir "$folder/pki" \
    --hostname-override "node-$node" --node-ip "$(address_of "$node")"
  start_beside "$node" "proxy-$node" "$programs/kube-proxy" --config "$folder/proxy.yaml"
}

# remove_nodes: what their containers left running and mounted.
remove_nodes() {
  local pid mount
  for pid in $(pgrep --full "containerd-shim-runc-v2 .* -address $dir/"); do
    pkill --signal KILL --parent "$pid" || true
    kill -KILL "$pid" 2>/dev/null || true
  done
  while read -r mount; do
    umount --lazy "$mount" || true
  done < <(awk -v dir="$dir/" 'index($2, dir) == 1 {print $2}' /proc/self/mounts | sort --reverse)
  find /var/log/containers -lname "$dir/*" -delete 2>/dev/null || true
  sysctl --quiet --load - <<<"$kernel_settings" || true
}
