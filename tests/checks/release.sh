#!/usr/bin/env bash
# Builds a release twice, in two places, and compares the bytes; signs one and changes a byte.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/release.sh [--signing | --binary | --all]

Runs deploy/release.sh twice on what is in the working tree, under other paths, rights and time zones, for
the newest version of CHANGELOG.md: wheel, source distribution, module and chart must be the same bytes,
and one changed byte must be noticed.

  --signing  also sign small images and the checksums with a new key, verify them by a registry on
             loopback, and change bytes (builds cosign first: some minutes)
  --binary   also build the programs twice (some 20 minutes)
  --all      all of that, with the image for this machine's architecture, which is built twice, too
             (some 40 minutes)
TEXT
}

mode=quick
parts=wheel,module,chart
case "${1:-}" in
  '') ;;
  --signing) mode=signing ;;
  --binary) parts+=,binary ;;
  --all) mode='all' parts+=,binary,image ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=$(mktemp -d -t dino-release-check.XXXXXX)
source "$root/deploy/release/tools.sh"
trap 'stop_programs; rm -rf --one-file-system "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "error: $1" >&2
  exit 1
}

# refuses WORDS COMMAND...: the command fails and says why.
refuses() {
  local words=$1
  shift
  if "$@" >"$dir/refusal" 2>&1; then fail "no failure of: $*"; fi
  grep -qF -- "$words" "$dir/refusal" || fail "'$words' is not what it says: $(<"$dir/refusal")"
}

# A repository with the working tree as a tagged release.
plant() {
  version=$(sed -n 's/^## \[\([0-9.]*\)\].*/\1/p' "$root/CHANGELOG.md" | head -n 1)
  git init --quiet "$1"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard |
    while read -rd '' file; do [[ ! -e "$file" ]] || printf '%s\0' "$file"; done |
    tar --create --null --files-from=-) | tar --extract --directory="$1"
  "$1/deploy/set-version.sh" "$version"
  git -C "$1" add --all
  git -C "$1" -c user.name=test -c user.email=test@localhost commit --quiet --message 'Release' \
    --date='2026-01-02T03:04:05Z'
  git -C "$1" tag "v$version"
  mkdir -p "$1/build" "$root/build/tools"
  ln -s "$root/build/tools" "$1/build/tools"
}

# change_a_byte FILE: in its middle.
change_a_byte() {
  python3 - "$1" <<'PY'
import pathlib, sys
file = pathlib.Path(sys.argv[1])
content = bytearray(file.read_bytes())
content[len(content) // 2] ^= 1
file.write_bytes(content)
PY
}

same_bytes() {
  local second
  local options=(--only "$parts,sums" --architectures "$(dpkg --print-architecture)")
  (umask 077 && TZ=Asia/Tokyo "$dir/another-place/deploy/release.sh" "v$version" --output "$dir/second" \
    "${options[@]}" >/dev/null) &
  second=$!
  (umask 022 && TZ=UTC "$dir/one/deploy/release.sh" "v$version" --output "$dir/first" "${options[@]}")
  wait "$second"
  diff --recursive --brief "$dir/first" "$dir/second" || fail 'the second build has other bytes'
  (cd "$dir/first" && sha256sum --quiet --check SHA256SUMS)
  change_a_byte "$dir/second/dino_events-$version-py3-none-any.whl"
  refuses 'FAILED' env -C "$dir/second" sha256sum --check SHA256SUMS
  echo 'both builds have the same bytes'
}

# Images of one file, in the place of the real ones.
plant_images() {
  local layout=$dir/layout architecture
  for architecture in amd64 arm64; do
    echo "dino for $architecture" >"$dir/file"
    tar --create --directory="$dir" file >"$dir/layer.tar"
    {
      "$crane" append --oci-empty-base --new_layer "$dir/layer.tar" --new_tag "$registry/small:$architecture"
      "$crane" mutate --set-platform "linux/$architecture" --tag "$registry/small:$architecture" \
        "$registry/small:$architecture"
    } >/dev/null 2>&1
    "$crane" pull --format=oci "$registry/small:$architecture" "$layout-$architecture"
    echo '{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT"}' >"$dir/first/dino-bridge-$architecture.spdx.json"
    echo '{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}' \
      >"$dir/first/dino-bridge-$architecture.openvex.json"
  done
  refuses 'for the same architecture' python3 -B "$root/deploy/release/image_index.py" "$layout" "$layout-amd64" "$layout-arm64" \
    "$layout-arm64"
  python3 -B "$root/deploy/release/image_index.py" "$layout" "$layout-amd64" "$layout-arm64" >"$dir/first/image.digest"
  tar --create --directory="$layout" . >"$dir/first/dino-bridge-$version-image.tar"
  "$dir/one/deploy/release.sh" "v$version" --only sums --output "$dir/first" >/dev/null
}

# Each machine gets the image for its architecture by the index.
serves_both() {
  local architecture
  for architecture in amd64 arm64; do
    "$crane" export --platform "linux/$architecture" "$repository@$(<"$dir/first/image.digest")" - |
      tar --extract --to-stdout file | grep -qx "dino for $architecture" || fail "the index has no image for $architecture"
  done
}

verify() { "$dir/one/deploy/release/sign.sh" verify "$dir/first" "$repository" "$1"; }

signs() {
  local other=$dir/other-keys file
  export COSIGN_PASSWORD=test
  mkdir "$other"
  (cd "$dir" && "$cosign" generate-key-pair) 2>/dev/null
  (cd "$other" && "$cosign" generate-key-pair) 2>/dev/null
  repository=$registry/dino-bridge
  "$dir/one/deploy/release.sh" "v$version" --only sign --output "$dir/first" --image "$repository" \
    --key "$dir/cosign.key" >"$dir/sign.log" 2>&1 || fail "$(<"$dir/sign.log")"
  verify "$dir/cosign.pub" >"$dir/verify.log" 2>&1 || fail "$(<"$dir/verify.log")"
  [[ $mode == all ]] || serves_both
  refuses 'invalid signature' verify "$other/cosign.pub"
  for file in "$dir/first/dino_events-$version-py3-none-any.whl" "$dir/first/SHA256SUMS" "$dir/first/image.digest"; do
    cp "$file" "$dir/kept"
    change_a_byte "$file"
    if verify "$dir/cosign.pub" >"$dir/refusal" 2>&1; then fail "a changed byte of $file is not noticed"; fi
    cp "$dir/kept" "$file"
  done
  # An image that nobody signed, in the place of the one that was; the checksums are as they were.
  tar --create --directory="$other" cosign.pub >"$dir/layer.tar"
  "$crane" append --oci-empty-base --new_layer "$dir/layer.tar" --new_tag "$repository:other" >/dev/null 2>&1
  refuses 'no signatures found' "$cosign" verify --key "$dir/cosign.pub" --insecure-ignore-tlog=true \
    "$repository@$("$crane" digest "$repository:other")"
  echo 'what is signed is verified, and nothing else'
}

plant "$dir/one"
git clone --quiet "$dir/one" "$dir/another-place"
mkdir -p "$dir/another-place/build" && ln -s "$root/build/tools" "$dir/another-place/build/tools"

refuses 'a tag is v and the version' sh -c "git -C '$dir/one' tag v0.0.1 && '$dir/one/deploy/release.sh' v0.0.1"
refuses 'not found' "$dir/one/deploy/release.sh" v0.0.2
refuses 'needs --key' "$dir/one/deploy/release.sh" "v$version" --only sign
same_bytes
if [[ $mode != quick ]]; then
  find_cosign
  find_crane
  start_registry || fail 'no registry starts'
  [[ $mode == all ]] || plant_images
  signs
fi
