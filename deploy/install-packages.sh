#!/usr/bin/env bash
# Installs the missing packages of Debian 13, 12 or experimental for one or more purposes.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: install-packages.sh [--for arm64] PURPOSE...

Installs missing Debian packages, with sudo only if something is missing and you
are not root. On Debian sid with experimental among apt's sources, gRPC and protobuf
are taken from there, and nothing else. PURPOSE is one or more of

  build   compile the server and dino-publish
  unit    compile the unit tests, and run them (with build)
  run     run a broker and look at its topics (the quickstart)
  demo    see it work in a browser (with build and run)
  test    build and run the tests and all checks
  bench   run the benchmarks (with build and run); the Go peers need a newer go than
          Debian has
  hivemq  fetch and compile that broker for tests/system/brokers
  coverage  see what the tests reach (with test)
  cluster   start a Kubernetes for tests/cluster (with test)

--for arm64 is for `build` and `unit` on another architecture: the compiler and libraries
for arm64, and an emulator. It changes nothing on arm64 itself.
TEXT
}

# The only list. A package is listed with the first purpose that needs it.
build_packages=(
  ca-certificates
  ccache
  cmake
  g++
  golang-github-gogo-googleapis-dev # google/rpc/*.proto
  libgrpc++-dev
  libjemalloc-dev
  libmicrohttpd-dev
  libmosquitto-dev
  libprotobuf-dev
  libspdlog-dev
  libssl-dev
  ninja-build
  pkgconf
  prometheus-cpp-dev
  protobuf-compiler
  protobuf-compiler-grpc
  rapidjson-dev
)
run_packages=(mosquitto mosquitto-clients)
unit_packages=(libgmock-dev libgtest-dev openssl python3)
test_packages=(
  clang git haproxy libclang-rt-dev shellcheck
  buildah mmdebstrap prometheus python3-venv # image, alerts, clang's tools and Go from PyPI
  curl iproute2                              # network namespaces
  chromium                                   # the status page
  postgresql                                 # the outbox of the client packages
)
cluster_packages=(busybox-static conntrack containerd containernetworking-plugins iptables runc socat)
bench_packages=(openssl python3 python3-venv valgrind)

# Packages that only one release has.
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
# apt itself knows its sources only once it has been updated.
if grep -qrsE '^(deb|Suites:) .*\b(experimental|rc-buggy)\b' /etc/apt/sources.list /etc/apt/sources.list.d; then
  release=experimental
fi
case "$release" in
  bookworm)
    build_packages+=(grpc-proto) # grpc/health/v1/health.proto
    emulator=qemu-user-static
    ;;
  *)
    build_packages+=(golang-google-grpc-dev) # the same, as sources of its Go code
    emulator=qemu-user                       # linked statically, too
    ;;
esac

# of_arm64 PACKAGE...: the compiler and the libraries for arm64, the other tools for this architecture.
of_arm64() {
  local package
  for package in "$@"; do
    case "$package" in
      g++) echo g++-aarch64-linux-gnu ;;
      lib*-dev | prometheus-cpp-dev) echo "$package:arm64" ;;
      *) echo "$package" ;;
    esac
  done
}

# Prints those of the packages "$@" that are not installed.
missing_of() {
  local package
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] ||
      echo "$package"
  done
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Runs apt-get quietly; shows its output only if it fails.
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    echo "error: apt-get $1 failed" >&2
    exit 1
  }
}

# Lets apt take gRPC and protobuf from experimental, with what only it has; all else stays sid's.
pin_experimental() {
  printf '%s\n' 'Package: src:grpc:any src:protobuf:any' 'Pin: release n=rc-buggy' 'Pin-Priority: 500' |
    as_root tee /etc/apt/preferences.d/dino-bridge >/dev/null
}

install() {
  echo "Installing $# Debian packages: $*"
  if ! command -v apt-get >/dev/null; then
    echo "error: apt-get not found; install the equivalents of these Debian 13 packages" >&2
    exit 1
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "error: neither root nor sudo; as root, run: apt-get install $*" >&2
      exit 1
    fi
  fi
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if [[ "$release" == experimental ]]; then pin_experimental; fi
  if $cross; then as_root dpkg --add-architecture arm64; fi
  apt_get update
  apt_get install --yes --no-install-recommends "$@"
}

# Makes the links that some packages leave to ldconfig, which skips libraries for other architectures.
link_arm64() {
  local file name
  for file in /usr/lib/aarch64-linux-gnu/*.so.*; do
    name=$(aarch64-linux-gnu-readelf --dynamic "$file" 2>/dev/null | sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p')
    [[ -z "$name" || -e "${file%/*}/$name" ]] || as_root ln --symbolic "${file##*/}" "${file%/*}/$name"
  done
}

# Installing Debian's mosquitto, prometheus, haproxy and postgresql also starts system services, which are not needed.
stop_system_service() {
  [[ -d /run/systemd/system ]] || return 0
  as_root systemctl --quiet disable --now "$1.service" 2>/dev/null || echo "note: the system's own $1.service is running" >&2
}

cross=false
if [[ "${1:-}" == --for ]]; then
  native=$(dpkg --print-architecture)
  case "${2:-}" in
    "$native") ;;
    arm64) cross=true ;;
    *)
      echo "error: cannot compile for '${2:-}' on $native" >&2
      exit 2
      ;;
  esac
  shift 2
fi

wanted=()
for purpose in "$@"; do
  if $cross && [[ "$purpose" != build && "$purpose" != unit ]]; then
    echo "error: --for arm64 is not for '$purpose'" >&2
    exit 2
  fi
  case "$purpose" in
    build) wanted+=("${build_packages[@]}") ;;
    unit)
      wanted+=("${unit_packages[@]}")
      if $cross; then wanted+=("$emulator"); fi
      ;;
    run) wanted+=("${run_packages[@]}") ;;
    test)
      wanted+=("${build_packages[@]}" "${unit_packages[@]}" "${run_packages[@]}" "${test_packages[@]}")
      # buf comes from npm; an npm from elsewhere works, too.
      command -v npm >/dev/null || wanted+=(nodejs npm)
      # The clients of tests/clients; a Python and a Go from elsewhere work, too.
      python3 -c 'import ensurepip' 2>/dev/null || wanted+=(python3-venv)
      command -v go >/dev/null || wanted+=(golang-go)
      ;;
    hivemq)
      # A Maven and a JDK from elsewhere work, too.
      command -v mvn >/dev/null || wanted+=(maven)
      command -v javac >/dev/null || wanted+=(default-jdk-headless)
      ;;
    coverage) wanted+=(llvm) ;;
    cluster) wanted+=("${cluster_packages[@]}") ;;
    demo)
      # MQTT.js comes from npm, and the backend's packages from PyPI.
      command -v npm >/dev/null || wanted+=(npm)
      python3 -c 'import ensurepip' 2>/dev/null || wanted+=(python3-venv)
      ;;
    bench)
      wanted+=("${bench_packages[@]}")
      command -v npm >/dev/null || wanted+=(nodejs npm)
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "error: unknown purpose '$purpose'" >&2
      usage >&2
      exit 2
      ;;
  esac
done
if ((${#wanted[@]} == 0)); then
  usage >&2
  exit 2
fi

if $cross; then mapfile -t wanted < <(of_arm64 "${wanted[@]}"); fi
mapfile -t missing < <(missing_of "${wanted[@]}" | sort -u)
((${#missing[@]})) || exit 0
install "${missing[@]}"
if $cross; then link_arm64; fi
for service in mosquitto prometheus haproxy postgresql; do
  if [[ " ${missing[*]} " == *" $service "* ]]; then stop_system_service "$service"; fi
done
