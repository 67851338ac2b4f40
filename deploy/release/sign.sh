#!/usr/bin/env bash
# Pushes a release's image, signs it and the checksums, and verifies both.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/release/sign.sh push FOLDER REPOSITORY KEY
       deploy/release/sign.sh verify FOLDER REPOSITORY PUBLIC-KEY

FOLDER is what deploy/release.sh has made: SHA256SUMS, and if there is an image its archive and
image.digest. REPOSITORY is host[:port]/name. KEY is a private key of cosign, whose passphrase is in
COSIGN_PASSWORD. Nothing is sent to a transparency log.

  push    pushes the image to REPOSITORY:VERSION, signs its digest, attests provenance, SBOM
          and VEX document, and writes SHA256SUMS.sig
  verify  fails unless all of that is signed by the key, the image in REPOSITORY has the digest in
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

# image: the image by its digest.
image() { echo "$repository@$(<"$folder/image.digest")"; }

push_image() {
  local archive layout
  layout=$(mktemp -d -t dino-layout.XXXXXX)
  archive=$(echo "$folder"/dino-bridge-*-image.tar)
  tar --extract --file="$archive" --directory="$layout"
  "$crane" push "$layout" "$repository:${1:?a version}"
  rm -rf "$layout"
}

# attest TYPE FILE
attest() {
  "$cosign" attest --yes --tlog-upload=false --key "$key" --type "$1" --predicate "$2" "$(image)"
}

push() {
  local version
  version=$(<"$folder/VERSION")
  if [[ -e "$folder/image.digest" ]]; then
    push_image "$version"
    "$cosign" sign --yes --tlog-upload=false --key "$key" "$(image)"
    attest slsaprovenance1 "$folder/provenance.json"
    attest spdxjson "$folder/dino-bridge.spdx.json"
    attest openvex "$folder/dino-bridge.openvex.json"
  fi
  "$cosign" sign-blob --yes --tlog-upload=false --key "$key" --output-signature "$folder/SHA256SUMS.sig" \
    "$folder/SHA256SUMS" >/dev/null
}

verify() {
  local checks=(--key "$key" --insecure-ignore-tlog=true --private-infrastructure=true) type
  "$cosign" verify-blob "${checks[@]}" --signature "$folder/SHA256SUMS.sig" "$folder/SHA256SUMS"
  (cd "$folder" && sha256sum --quiet --check SHA256SUMS)
  [[ -e "$folder/image.digest" ]] || return 0
  "$cosign" verify "${checks[@]}" "$(image)" >/dev/null
  for type in slsaprovenance1 spdxjson openvex; do
    "$cosign" verify-attestation "${checks[@]}" --type "$type" "$(image)" >/dev/null
  done
  # What a registry stores under a digest may be other bytes: crane compares them.
  "$crane" validate --remote "$(image)"
}

"$1"
