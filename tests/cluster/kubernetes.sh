#!/usr/bin/env bash
# Starts a Kubernetes of two nodes on this machine, runs a command on it, and removes it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/cluster/kubernetes.sh [--layout FOLDER] [COMMAND...]

Compiles Kubernetes, etcd and CoreDNS from their Go modules, and starts, as root, a
control plane and two nodes with containerd, each in a network namespace of its own.
COMMAND finds it by $KUBECONFIG, and kubectl by $PATH; the nodes have the images
localhost/dino-bridge:cluster and localhost/broker:cluster. Without COMMAND, that is
tests/cluster/run.sh with both images.

  --layout FOLDER  take the image of dino-bridge from there, as
                   tests/checks/image.sh --layout leaves it.
                   Default: an image of the programs in build/release/bin

Compiling takes some 20 minutes on two cores the first time.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
layout=
while (($#)); do
  case "$1" in
    --layout)
      layout=${2:?--layout needs a folder}
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) break ;;
  esac
  shift
done
readonly image=localhost/dino-bridge:cluster broker_image=localhost/broker:cluster
if (($# == 0)); then set -- "$root/tests/cluster/run.sh" --image "$image" --broker-image "$broker_image"; fi
if ((EUID != 0)); then
  echo 'error: only root can start nodes' >&2
  exit 2
fi

"$root/deploy/install-packages.sh" run cluster
PATH=$PATH:/usr/sbin
source "$root/tests/support/process/go_program.sh"
find_go "$root/build/tools"
programs=$root/build/tools/kubernetes
mkdir -p "$programs"
echo 'Compiling Kubernetes'
version=$(sed -n 's|^\tk8s.io/kubernetes \(v[0-9.]*\).*|\1|p' "$root/tests/cluster/kubernetes/go.mod")
(cd "$root/tests/cluster/kubernetes" && CGO_ENABLED=0 "$go" build -o "$programs/" -trimpath \
  -ldflags "-X k8s.io/component-base/version.gitVersion=$version" tool ./dns)

dir=$(mktemp -d -t dino-kubernetes.XXXXXX)
source "$root/deploy/programs.sh"
source "$root/tests/cluster/kubernetes/network.sh"
source "$root/tests/cluster/kubernetes/control_plane.sh"
source "$root/tests/cluster/kubernetes/node.sh"
clean_up() {
  stop_programs
  remove_nodes
  remove_network
  rm -rf --one-file-system "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# fail MESSAGE NAME...: with what has been logged by those names.
fail() {
  local name
  echo "error: $1" >&2
  for name in "${@:2}"; do tail -n 20 "$dir/$name.log" >&2; done
  exit 1
}

# make_image NAME FOLDER COMMAND...: an archive of an image with this root.
make_image() {
  local name=$1 folder=$2 buildah=(buildah --storage-driver vfs --root "$dir/storage" --runroot "$dir/run") container
  shift 2
  container=$("${buildah[@]}" from scratch)
  "${buildah[@]}" add --quiet "$container" "$folder" / >/dev/null
  "${buildah[@]}" config --user 65532:65532 --env PATH=/usr/local/bin --env 'DINO_GRPC_ADDRESS=[::]:50051' \
    --entrypoint "[\"$1\"]" --cmd "${2:-}" "$container"
  "${buildah[@]}" commit --quiet --rm "$container" "$name" >/dev/null
  "${buildah[@]}" push --quiet "$name" "docker-archive:$dir/$(basename "${name%:*}").tar:$name"
}

make_images() {
  local applet
  export BUILDAH_ISOLATION=chroot
  mkdir -p "$dir/broker/tmp" "$dir/bridge"
  chmod 1777 "$dir/broker/tmp"
  "$root/deploy/image-root.sh" "$dir/broker" "$(command -v mosquitto)"
  install /bin/busybox "$dir/broker/usr/local/bin"
  for applet in cat chmod sh sleep; do ln --symbolic busybox "$dir/broker/usr/local/bin/$applet"; done
  make_image "$broker_image" "$dir/broker" sleep infinity
  if [[ -n "$layout" ]]; then
    tar --create --file "$dir/dino-bridge.tar" --directory "$layout" .
  else
    "$root/deploy/image-root.sh" "$dir/bridge" "$root"/build/release/bin/dino-{bridge,publish}
    make_image "$image" "$dir/bridge" dino-bridge
  fi
}

echo 'Making the images'
make_images >"$dir/images.log" 2>&1 || fail 'the images cannot be made' images
make_network
start_control_plane
for node in 1 2; do start_node "$node"; done
all_ready() {
  [[ "$(kubectl get nodes --no-headers 2>/dev/null | grep -c ' Ready ')" == 2 ]] &&
    kubectl get serviceaccount default >/dev/null 2>&1
}
within 120 all_ready || fail 'the nodes do not become ready' kubelet-1 kubelet-2
kubectl get nodes --output wide
"$@"
