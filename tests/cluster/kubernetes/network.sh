# shellcheck shell=bash
# The network namespaces: the control plane with a bridge, and the nodes on it.

readonly control_plane=10.200.0.1
network_namespaces=()

# beside NODE COMMAND...: runs it in a node's network, or, for `control`, in that of the control plane.
beside() { nsenter --net="/run/netns/dino-$1" -- "${@:2}"; }

address_of() { echo "10.200.0.$((10 + $1))"; }
pods_of() { echo "10.244.$1.0/24"; }

add_namespace() {
  ip netns add "dino-$1"
  network_namespaces+=("dino-$1")
  beside "$1" ip link set lo up
  beside "$1" sysctl --quiet --write net.ipv4.ip_forward=1
}

make_network() {
  local node other
  add_namespace control
  beside control ip link add nodes type bridge
  beside control ip address add "$control_plane/24" dev nodes
  beside control ip link set nodes up
  for node in 1 2; do
    add_namespace "$node"
    beside control ip link add "node$node" type veth peer name eth0 netns "dino-$node"
    beside control ip link set "node$node" master nodes up
    beside control ip route add "$(pods_of "$node")" via "$(address_of "$node")"
    beside "$node" ip address add "$(address_of "$node")/24" dev eth0
    beside "$node" ip link set eth0 up
    beside "$node" ip route add default via "$control_plane"
    other=$((3 - node))
    beside "$node" ip route add "$(pods_of "$other")" via "$(address_of "$other")"
  done
}

remove_network() {
  local name
  for name in "${network_namespaces[@]}"; do ip netns delete "$name" || true; done
}
