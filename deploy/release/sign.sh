#!/usr/bin/env bash
# Pushes a release's image, signs it and the checksums, and verifies both.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/release/sign.sh push FOLDER REPOSITORY KEY
       deploy/release/sign.sh verify FOLDER REPOSITORY PUBLIC-KEY

FOLDER is what deploy/release.sh has made: SHA256SUMS, and if there are images their archive and
image.digest. REPOSITORY is host[:port]/name. KEY is a private key of cosign, whose passphrase is in
COSIGN_PASSWORD. Nothing is sent to a transparency log.

  push    pushes the images to REPOSITORY:VERSION, signs the index and each image, attests the index's
          provenance and each image's SBOM and VEX document, and writes SHA256SUMS.sig
  verify  fails unless all of that is signed by the key, the index in REPOSITORY has the digest in
          image.digest, and every file the checksum in SHA256SUMS
TEXT
}

if (($# != 4)) || [[ "$1" != push && "$1" != verify ]]; then
  usage
  [[ "${1:-}" == -h || "${1:-}" == --help ]]
  exit
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/deploy/release/tools.sh"
find_cosign
find_crane
folder=$2 repository=$3 key=$4

# index: the index of the images by its digest.
index() { echo "$repository@$(<"$folder/image.digest")"; }

# architectures: those that there are images for.
architectures() {
  local file
  for file in "$folder"/dino-bridge-*.spdx.json; do
    file=${file##*/dino-bridge-}
    echo "${file%.spdx.json}"
  done
}

# image ARCHITECTURE: that image by its digest.
image() {
  local digest
  digest=$("$crane" digest --platform "linux/$1" "$(index)")
  echo "$repository@$digest"
}

push_image() {
  local archive layout
  layout=$(mktemp -d -t dino-layout.XXXXXX)
  archive=$(echo "$folder"/dino-bridge-*-image.tar)
  tar --extract --file="$archive" --directory="$layout"
  "$crane" push "$layout" "$repository:${1:?a version}"
  rm -rf "$layout"
}

# attest IMAGE TYPE FILE
attest() {
  "$cosign" attest --yes --tlog-upload=false --key "$key" --type "$2" --predicate "$3" "$1"
}

push() {
  local version architecture one
  # What was built again since is not what was summed up.
  (cd "$folder" && sha256sum --quiet --check SHA256SUMS)
  version=$(<"$folder/VERSION")
  if [[ -e "$folder/image.digest" ]]; then
    push_image "$version"
    "$cosign" sign --recursive --yes --tlog-upload=false --key "$key" "$(index)"
    attest "$(index)" slsaprovenance1 "$folder/provenance.json"
    for architecture in $(architectures); do
      one=$(image "$architecture")
      attest "$one" spdxjson "$folder/dino-bridge-$architecture.spdx.json"
      attest "$one" openvex "$folder/dino-bridge-$architecture.openvex.json"
    done
  fi
  "$cosign" sign-blob --yes --tlog-upload=false --key "$key" --output-signature "$folder/SHA256SUMS.sig" \
    "$folder/SHA256SUMS" >/dev/null
}

verify() {
  local checks=(--key "$key" --insecure-ignore-tlog=true --private-infrastructure=true) architecture one type
  "$cosign" verify-blob "${checks[@]}" --signature "$folder/SHA256SUMS.sig" "$folder/SHA256SUMS"
  (cd "$folder" && sha256sum --quiet --check SHA256SUMS)
  [[ -e "$folder/image.digest" ]] || return 0
  "$cosign" verify "${checks[@]}" "$(index)" >/dev/null
  "$cosign" verify-attestation "${checks[@]}" --type slsaprovenance1 "$(index)" >/dev/null
  for architecture in $(architectures); do
    one=$(image "$architecture")
    "$cosign" verify "${checks[@]}" "$one" >/dev/null
    for type in spdxjson openvex; do
      "$cosign" verify-attestation "${checks[@]}" --type "$type" "$one" >/dev/null
    done
    # What a registry stores under a digest may be other bytes: crane compares them.
    "$crane" validate --remote "$one"
  done
}

"$1"
