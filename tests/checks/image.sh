#!/usr/bin/env bash
# Builds the image, looks at it, and lets its server answer a call through a real broker.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/image.sh [--base IMAGE | --release NAME] [--architecture NAME]
                             [--keep] [--layout FOLDER]

Builds the Dockerfile by buildah, without a container engine, and runs the
server from the image's files: as its user, on a root that it cannot write to,
with a mosquitto on loopback. Asks sudo if you are not root.

  --base IMAGE    build on this image instead of one made of Debian's packages
  --release NAME  of which Debian that one is made: experimental (sid with gRPC of
                  experimental; the default), trixie or bookworm
  --architecture NAME  arm64 on another machine: cross-compiles the image, runs the
                  unit tests of tests/checks/emulated.sh, and the server by an emulator
  --keep          keep build/image, with the image in it
  --layout FOLDER  also write the image there, as an OCI layout

DEBIAN_MIRROR says where the packages come from if not from Debian's own mirror, and
SOURCE_DATE_EPOCH what time the image and its files have.
TEXT
}

base=
release=experimental
native=$(dpkg --print-architecture)
architecture=$native
keep=false
layout=
while (($#)); do
  case "$1" in
    --base)
      base=${2:?--base needs an image}
      shift
      ;;
    --release)
      release=${2:?--release needs a name}
      shift
      ;;
    --architecture)
      architecture=${2:?--architecture needs a name}
      shift
      ;;
    --keep) keep=true ;;
    --layout)
      layout=$(realpath --canonicalize-missing "${2:?--layout needs a folder}")
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

arguments=(${base:+--base "$base"} --release "$release" --architecture "$architecture")
if $keep; then arguments+=(--keep); fi
if [[ -n "$layout" ]]; then arguments+=(--layout "$layout"); fi
if ((EUID != 0)); then
  exec sudo --preserve-env=DEBIAN_MIRROR,SOURCE_DATE_EPOCH -- "${BASH_SOURCE[0]}" "${arguments[@]}"
fi
# The mounts go when we end, whatever ends us.
if [[ "${DINO_MOUNT_NAMESPACE_OF:-}" != "$$" ]]; then
  DINO_MOUNT_NAMESPACE_OF=$$ exec unshare --mount --propagation unchanged -- "${BASH_SOURCE[0]}" \
    "${arguments[@]}"
fi
mount --make-rprivate / 2>/dev/null || true # Below a chroot / is no mount.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=$root/build/image
image=localhost/dino-bridge:test
most_bytes=60000000
version=$(<"$root/VERSION")
revision=$(git -c safe.directory='*' -C "$root" rev-parse HEAD)
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
export BUILDAH_ISOLATION=chroot

# The storage is ours alone, and goes when we end. What the compiler made stays in `cache`.
cache=$root/build/image-cache
buildah() {
  TMPDIR=$cache command buildah --storage-driver vfs --root "$dir/storage" --runroot "$dir/run" "$@"
}

source "$root/deploy/release/tools.sh" # With deploy/programs.sh.
source "$root/tests/checks/image_server.sh"
clean_up() {
  stop_programs
  if ! $keep && [[ -d "$dir" ]]; then
    umount --recursive "$dir/root" 2>/dev/null || true
    buildah rm --all >/dev/null 2>&1 || true
    rm -rf --one-file-system "$dir"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "error: $1" >&2
  if [[ -n "${2:-}" ]]; then tail -n 20 "$2" >&2; fi
  exit 1
}

# ---- the image ------------------------------------------------------------------------

# What the public slim image leaves out, too.
make_base() {
  local exclude=() sources=(${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}) suite=$release path container
  if [[ "$release" == experimental ]]; then
    suite=sid
    # The mirror may be a snapshot, whose indexes are out of date.
    path="deb [check-valid-until=no] ${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
    sources=("$path sid main" "$path experimental main")
  fi
  for path in doc info locale lintian man; do exclude+=("--dpkgopt=path-exclude=/usr/share/$path/*"); done
  exclude+=('--dpkgopt=path-include=/usr/share/doc/*/copyright')
  # shellcheck disable=SC2016 # mmdebstrap's shell expands $1.
  mmdebstrap --quiet --variant=minbase "${exclude[@]}" \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*' \
    "$suite" "$dir/base.tar" "${sources[@]}" >"$dir/base.log" 2>&1 ||
    fail 'the base cannot be made' "$dir/base.log"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$dir/base.tar" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  base=localhost/debian:$release
  buildah commit --quiet --rm "$container" "$base" >/dev/null
  rm "$dir/base.tar"
}

# Adds to the base what the unit tests need, too: they are compiled with what the image is compiled with.
# Sets $emulator.
add_packages() {
  local container
  container=$(buildah from --pull-never "$base")
  buildah run --volume "$root/deploy:/deploy:ro" "$container" -- \
    /deploy/install-packages.sh --for "$architecture" build unit >"$dir/packages.log" 2>&1 ||
    fail 'the packages cannot be installed' "$dir/packages.log"
  base=localhost/debian:unit
  buildah commit --quiet "$container" "$base" >/dev/null
  emulator=$(buildah run "$container" -- sh -c 'command -v qemu-aarch64-static || command -v qemu-aarch64')
  install -D --target-directory="$dir/emulator" "$(buildah mount "$container")$emulator"
  emulator=/sys/${emulator##*/}
  echo 'Running unit tests (some minutes)'
  mkdir -p "$cache/ccache" "$dir/unit"
  buildah run --volume "$root:/source:ro" --volume "$dir/unit:/source/build" \
    --volume "$cache/ccache:/root/.cache/ccache" "$container" -- /source/tests/checks/emulated.sh >"$dir/unit.log" 2>&1 ||
    fail 'the unit tests fail' "$dir/unit.log"
  grep '^unit tests' "$dir/unit.log"
  buildah rm "$container" >/dev/null
}

build() {
  # The buildah of Debian 12 does not know the first argument by itself.
  buildah bud --format docker --layers=false ${SOURCE_DATE_EPOCH:+--timestamp "$SOURCE_DATE_EPOCH"} \
    --build-arg BUILDPLATFORM="linux/$native" --platform "linux/$architecture" \
    --build-arg BASE="$base" --build-arg VERSION="$version" --build-arg REVISION="$revision" \
    --tag "$image" "$root" >"$dir/build.log" 2>&1 ||
    fail 'the image cannot be built' "$dir/build.log"
}

# of FORMAT: something of the image's configuration.
of() { buildah inspect --type image --format "{{$1}}" "$image"; }

expect() {
  [[ "$3" == "$2" ]] || fail "$1 is '$3' instead of '$2'"
  echo "$1: $3"
}

# label NAME: an OCI label of the image.
label() { of "index .Docker.Config.Labels \"org.opencontainers.image.$1\""; }

look_at_image() {
  local bytes left
  expect architecture "$architecture" "$(of .OCIv1.Architecture)"
  expect user 65532:65532 "$(of .Docker.Config.User)"
  expect entrypoint '[dino-bridge]' "$(of .Docker.Config.Entrypoint)"
  expect 'health check' '[CMD dino-bridge health]' "$(of .Docker.Config.Healthcheck.Test)"
  expect title dino-bridge "$(label title)"
  expect licence Apache-2.0 "$(label licenses)"
  expect version "$version" "$(label version)"
  expect revision "$revision" "$(label revision)"
  bytes=$(du --summarize --apparent-size --block-size=1 "$tree" | cut -f1)
  echo "size: $bytes bytes"
  echo "gRPC: $(cd "$tree/usr/lib" && echo */libgrpc++.so.1.*)"
  if $own_base && [[ "$release" == experimental ]] && compgen -G "$tree/usr/lib/*/libgrpc++.so.1.51*"; then
    fail 'gRPC is not that of experimental'
  fi
  ((bytes < most_bytes)) || fail "the image has more than $most_bytes bytes"
  left=$(cd "$tree" && find . -xdev \( -name '*_test' -o -name '*.cc' -o -name '*.proto' -o -name cmake \
    -o -name 'g++*' -o -name source \) -not -path './usr/share/bash*' -not -path './proc/*')
  [[ -z "$left" ]] || fail "the image holds what only the build needs: $left"
  expect programs './usr/local/bin/dino-bridge ./usr/local/bin/dino-publish' \
    "$(cd "$tree" && find . -xdev -type f -perm /111 -not -name '*.so*' | sort | paste --serial --delimiters=' ')"
  expect 'programs with rights of their own' '' "$(find "$tree" -xdev -perm /6000)"
  for left in "$tree"/var/lib/dpkg/status.d/*; do
    left=${left##*/}
    [[ "$left" == *.md5sums || -s "$tree/usr/share/doc/$left/copyright" ]] || fail "$left has no copyright file"
  done
}

# By way of a registry: buildah's own OCI layouts lose the health check.
write_layout() {
  find_crane
  start_registry || fail 'no registry starts' "$dir/registry.log"
  buildah push --quiet --tls-verify=false --format v2s2 "$image" "docker://$registry/dino-bridge:test" &&
    "$crane" pull --format=oci "$registry/dino-bridge:test" "$layout"
}

mkdir -p "$dir/root" "$cache"
echo 'Building the image (some minutes)'
own_base=false
if [[ -z "$base" ]]; then
  own_base=true
  make_base
fi
emulator=
[[ "$architecture" == "$native" ]] || add_packages
build
container=$(buildah from --pull-never --platform "linux/$architecture" "$image")
tree=$(buildah mount "$container")
mapfile -t image_environment < <(
  buildah inspect --type image --format '{{range .Docker.Config.Env}}{{println .}}{{end}}' "$image" |
    grep .)
look_at_image
"$root/tests/checks/sbom.sh" --root "$tree" --output "$root/build/sbom/$architecture"

# The server's root: the image's files, and what a container engine puts over them.
mount --bind "$tree" "$dir/root"
mount -o remount,bind,ro "$dir/root"
mount --bind /dev "$dir/root/dev"
mount -t proc proc "$dir/root/proc"
if [[ -n "$emulator" ]]; then mount --bind "$dir/emulator" "$dir/root/sys"; fi
serve broker ' running$' mosquitto -v -p PORT || fail 'mosquitto does not start' "$dir/broker.log"
broker=$port
refuses_strangers
start_bridge
cannot_write
answers_a_call
follows_the_broker
stops
if [[ -n "$layout" ]]; then write_layout; fi
echo 'the image works'
