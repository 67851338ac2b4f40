#!/usr/bin/env bash
# Makes the SBOM and the VEX document of an image, and checks them.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/sbom.sh --root ROOT [--output FOLDER]

  --root ROOT      the image's files
  --output FOLDER  where the documents go (build/sbom)
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=
output=build/sbom
while (($#)); do
  case "$1" in
    --root | --output)
      [[ -n "${2:-}" ]] || {
        echo "error: $1 needs a folder" >&2
        exit 2
      }
      if [[ $1 == --root ]]; then root=$2; else output=$2; fi
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
if [[ -z $root ]]; then
  usage >&2
  exit 2
fi

version=$(<VERSION)
mkdir -p "$output"
python3 -B deploy/inventory/sbom.py --root "$root" --version "$version" --output "$output"

mkdir -p build/tools
# Its programs name its path, which may lead through a release's link to the tools.
venv=$(realpath build/tools)/spdx-tools
(
  # Two builds of a release share them.
  flock 9
  "$venv/bin/pip" show --quiet spdx-tools 2>/dev/null || {
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet spdx-tools==0.8.3
  }
) 9>"$venv.lock"
"$venv/bin/pyspdxtools" --infile "$output/dino-bridge.spdx.json"
python3 -B tests/checks/vex.py "$output/dino-bridge.spdx.json" "$output/dino-bridge.openvex.json"
