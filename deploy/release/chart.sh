#!/usr/bin/env bash
# Packages the chart as Helm does, but the same bytes each time.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/release/chart.sh OUTPUT [--image REPOSITORY] [--digest sha256:...]

Writes OUTPUT/dino-bridge-VERSION.tgz. Its values name the image by that digest, and by that
repository. Without them they are as in the repository: the tag is the chart's appVersion.
SOURCE_DATE_EPOCH is the time of its files (0).
TEXT
}

output='' repository='' digest=''
while (($#)); do
  case "$1" in
    --image | --digest)
      [[ -n "${2:-}" ]] || {
        echo "error: $1 needs a value" >&2
        exit 2
      }
      if [[ $1 == --image ]]; then repository=$2; else digest=$2; fi
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
    *) output=$1 ;;
  esac
  shift
done
if [[ -z "$output" ]]; then
  usage >&2
  exit 2
fi
if [[ -n "$digest" && ! "$digest" =~ ^sha256:[0-9a-f]{64}$ ]]; then
  echo "error: '$digest' is not a digest: sha256: and 64 hexadecimal digits" >&2
  exit 2
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=$(<"$root/VERSION")
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$(mktemp -d -t dino-chart.XXXXXX)
trap 'rm -rf "$work"' EXIT

# What git knows, so that nothing else gets in.
cd "$root/helm"
git ls-files -z dino-bridge | xargs -0 cp --parents --target-directory="$work"

# set_value KEY VALUE: of `image` in the values.
set_value() {
  local line="  $1: $2"
  sed -i "/^image:\$/,/^[^ ]/s|^  $1: .*|$line|" "$work/dino-bridge/values.yaml"
  grep -qxF "$line" "$work/dino-bridge/values.yaml"
}
[[ -z "$repository" ]] || set_value repository "\"$repository\""
[[ -z "$digest" ]] || set_value digest "\"$digest\""

# Chart.yaml comes first, as some tools want it.
cd "$work"
{
  echo dino-bridge/Chart.yaml
  find dino-bridge -type f -not -path dino-bridge/Chart.yaml | LC_ALL=C sort
} >files
tar --create --format=ustar --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r \
  --mtime="@${SOURCE_DATE_EPOCH:-0}" --files-from=files |
  gzip --no-name --best >"$output/dino-bridge-$version.tgz"
