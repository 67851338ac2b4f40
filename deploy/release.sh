#!/usr/bin/env bash
# Builds what a release consists of from its tag, in a fresh clone.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/release.sh TAG [--only PART,...] [--output FOLDER] [--image REPOSITORY]
                         [--architectures NAME,...] [--digest sha256:...] [--key FILE]

TAG is v and the version in VERSION. All is built in a fresh clone of it, with the time of its
commit as SOURCE_DATE_EPOCH, and written to FOLDER (build/dist/VERSION). The same tag gives the same
bytes, as long as the packages it is built with are the same. PART is one or more of these; all
of them but `sign` if none is named:

  wheel   the Python package: wheel and source distribution
  module  the Go module, as a module proxy serves it
  binary  dino-bridge and dino-publish of the preset `release`, for this Debian, stripped
  image   the images for this machine's architecture and arm64, each with its SBOM and OpenVEX document,
          tested by tests/checks/image.sh; as root or with sudo
  chart   the chart; names the image by its digest, that of `image` or --digest
  sums    SHA256SUMS, and provenance.json
  sign    pushes the image to REPOSITORY and signs it and SHA256SUMS; needs --key and --image

  --image REPOSITORY  where the image will be, as host[:port]/name, for the chart and `sign`
  --architectures NAME,...  which images to build, if not both
  --digest DIGEST     of an image that was built elsewhere, for the chart
  --key FILE          a private key of cosign; its passphrase is in COSIGN_PASSWORD

docs/releasing.md says what comes before and after.
TEXT
}

all=(wheel module binary image chart sums)
tag='' only='' output='' repository='' digest='' key=''
architecture=$(dpkg --print-architecture)
architectures=$architecture,arm64
while (($#)); do
  case "$1" in
    --only | --output | --image | --architectures | --digest | --key)
      [[ -n "${2:-}" ]] || {
        echo "error: $1 needs a value" >&2
        exit 2
      }
      case "$1" in
        --only) only=$2 ;;
        --output) output=$2 ;;
        --image) repository=$2 ;;
        --architectures) architectures=$2 ;;
        --digest) digest=$2 ;;
        --key) key=$(realpath "$2") ;;
      esac
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
    *) tag=$1 ;;
  esac
  shift
done
if [[ -z "$tag" ]]; then
  usage >&2
  exit 2
fi
parts=("${all[@]}")
if [[ -n "$only" ]]; then IFS=, read -ra parts <<<"$only"; fi

fail() {
  echo "error: $1" >&2
  exit 1
}

for part in "${parts[@]}"; do
  [[ " ${all[*]} sign " == *" $part "* ]] || fail "there is no part '$part'"
done
if [[ " ${parts[*]} " == *' sign '* && (-z "$key" || -z "$repository") ]]; then
  fail 'sign needs --key and --image'
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d -t dino-release.XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT
clone=$work/dino-bridge
git clone --quiet --depth 1 --branch "$tag" "file://$root" "$clone" 2>"$work/clone.log" || fail "$(<"$work/clone.log")"
version=$(<"$clone/VERSION")
revision=$(git -C "$clone" rev-parse HEAD)
[[ "$tag" == "v$version" ]] || fail "VERSION in $tag is $version: a tag is v and the version"
grep -qF "## [$version]" "$clone/CHANGELOG.md" || fail "CHANGELOG.md has no section [$version]"
"$clone/tests/rules.sh" >"$work/rules.log" || fail "$(<"$work/rules.log")"
SOURCE_DATE_EPOCH=$(git -C "$clone" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
output=$(realpath --canonicalize-missing "${output:-$root/build/dist/$version}")
mkdir -p "$output"
# What is compiled once for all clones stays with the repository: tools, not products.
mkdir -p "$root/build/tools" "$clone/build"
ln -s "$root/build/tools" "$clone/build/tools"

build_wheel() {
  local venv=$root/build/tools/wheel
  (
    flock 9 # tests/checks/release.sh builds twice at a time.
    wanted=$(grep '^hatchling==' "$clone/clients/python/requirements-test.txt")
    "$venv/bin/pip" freeze 2>/dev/null | grep -qxF "$wanted" || {
      python3 -m venv --clear "$venv"
      "$venv/bin/pip" install --quiet --constraint "$clone/clients/python/requirements-test.txt" hatchling
    }
  ) 9>"$root/build/tools/wheel.lock"
  (cd "$clone/clients/python" && "$venv/bin/python" -m hatchling build -t wheel -t sdist -d "$output") \
    >"$work/wheel.log" 2>&1 || fail "$(<"$work/wheel.log")"
  python3 -m zipfile --extract "$output/dino_events-$version-py3-none-any.whl" "$work/wheel"
  grep -qx "Version: $version" "$work/wheel/dino_events-$version.dist-info/METADATA" || fail 'the wheel has another version'
}

build_module() {
  local module=github.com/dino-bridge/dino-bridge/clients/go file
  python3 -B "$clone/tests/clients/module_proxy.py" "$module" "$clone/clients/go" "$work/proxy" "v$version" >/dev/null
  file=$work/proxy/$module/@v/v$version.zip
  source "$clone/tests/support/process/go_program.sh"
  find_go "$root/build/tools"
  # Go itself takes it, from a cache without anything else.
  # shellcheck disable=SC2154 # find_go sets it.
  (cd "$work" && GOFLAGS=-modcacherw GOMODCACHE=$work/modules GOPROXY=file://$work/proxy GONOSUMDB=$module \
    "$go" mod download "$module@v$version") || fail 'Go does not take the module'
  cp "$file" "$output/dino-bridge-go-$version.zip"
}

build_binary() {
  local folder=dino-bridge-$version-linux-$architecture
  (
    cd "$clone"
    # Paths of the clone stand nowhere in the programs.
    export CXXFLAGS="${CXXFLAGS:-} -ffile-prefix-map=$clone=."
    cmake --preset release >"$work/binary.log" 2>&1 &&
      cmake --build --preset release --target dino-bridge dino-publish >>"$work/binary.log" 2>&1
  ) || fail "$(tail -n 20 "$work/binary.log")"
  install -D --strip --target-directory="$work/$folder" "$clone"/build/release/bin/dino-{bridge,publish}
  cp "$clone/LICENSE" "$clone/CHANGELOG.md" "$work/$folder"
  [[ "$("$work/$folder/dino-bridge" --version)" == *"$version"* ]] || fail 'the program has another version'
  tar --create --directory="$work" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" "$folder" | gzip --no-name --best >"$output/$folder.tar.gz"
}

# The images as one OCI layout, whose manifests keep their bytes and so their digests wherever they are pushed.
build_image() {
  local each layouts=() status
  # Of an earlier release with other architectures; and no digest without an index.
  rm -f "$output"/dino-bridge-*.{spdx,openvex}.json "$output/image.digest"
  for each in $(tr , '\n' <<<"$architectures" | sort -u); do
    status=0
    "$clone/tests/checks/image.sh" --architecture "$each" --layout "$work/layout-$each" || status=$?
    # It makes itself root; what it leaves behind is to be ours.
    if ((EUID != 0)); then sudo chown -R "$(id -u):$(id -g)" "$work" "$root/build/tools"; fi
    ((status == 0)) || return "$status"
    cp "$clone/build/sbom/$each/dino-bridge.spdx.json" "$output/dino-bridge-$each.spdx.json"
    cp "$clone/build/sbom/$each/dino-bridge.openvex.json" "$output/dino-bridge-$each.openvex.json"
    layouts+=("$work/layout-$each")
  done
  python3 -B "$clone/deploy/release/image_index.py" "$work/layout" "${layouts[@]}" >"$work/image.digest"
  mv "$work/image.digest" "$output"
  tar --create --directory="$work/layout" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" . >"$output/dino-bridge-$version-image.tar"
}

build_chart() {
  local arguments=(${repository:+--image "$repository"})
  if [[ -z "$digest" && -e "$output/image.digest" ]]; then digest=$(<"$output/image.digest"); fi
  "$clone/deploy/release/chart.sh" "$output" "${arguments[@]}" ${digest:+--digest "$digest"}
}

build_sums() {
  echo "$version" >"$output/VERSION"
  python3 -B "$clone/deploy/release/provenance.py" "$tag" "$revision" "$SOURCE_DATE_EPOCH" "$output" \
    >"$work/provenance.json"
  cp "$work/provenance.json" "$output"
  (cd "$output" && find . -type f -not -name 'SHA256SUMS*' -printf '%P\0' | LC_ALL=C sort --zero-terminated |
    xargs -0 sha256sum >SHA256SUMS)
}

build_sign() { "$clone/deploy/release/sign.sh" push "$output" "$repository" "$key"; }

for part in "${all[@]}" sign; do
  if [[ " ${parts[*]} " == *" $part "* ]]; then
    echo "$part"
    "build_$part"
  fi
done
find "$output" -type f -printf '%P\n' | LC_ALL=C sort | sed "s|^|  |"
