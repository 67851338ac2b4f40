#!/usr/bin/env bash
# Installs the missing packages of Debian 13, 12 or experimental for one or more purposes.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: install-packages.sh PURPOSE...

Installs missing Debian packages, with sudo only if something is missing and you
are not root. On Debian sid with experimental among apt's sources, gRPC and protobuf
are taken from there, and nothing else. PURPOSE is one or more of

  build   compile the server and dino-publish
  run     run a broker and look at its topics (the quickstart)
  demo    see it work in a browser (with build and run)
  test    build and run the tests and all checks
  bench   run the benchmarks (with build and run); the Go peers need a newer go than
          Debian has
  hivemq  fetch and compile that broker for tests/system/brokers
  coverage  see what the tests reach (with test)
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
test_packages=(
  clang git haproxy libclang-rt-dev libgmock-dev libgtest-dev openssl python3 shellcheck
  buildah mmdebstrap prometheus python3-venv # image, alerts, clang's tools and Go from PyPI
  curl iproute2                              # network namespaces
  chromium                                   # the status page
  postgresql                                 # the outbox of the client packages
)
bench_packages=(openssl python3 python3-venv valgrind)

# Packages that only one release has.
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
# apt itself knows its sources only once it has been updated.
if grep -qrsE '^(deb|Suites:) .*\b(experimental|rc-buggy)\b' /etc/apt/sources.list /etc/apt/sources.list.d; then
  release=experimental
fi
case "$release" in
  bookworm) build_packages+=(grpc-proto) ;;      # grpc/health/v1/health.proto
  *) build_packages+=(golang-google-grpc-dev) ;;   # the same, as sources of its Go code
esac

# Prints those of the packages "$@" that are not installed.
missing_of() {
  local package
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] ||
      echo "$package"
  done
}

# Runs apt-get quietly; shows its output only if it fails.
apt_get() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@")
  ((EUID == 0)) || command=(sudo "${command[@]}")
  "${command[@]}" >"$log" 2>&1 || {
    cat "$log" >&2
    echo "error: apt-get $1 failed" >&2
    exit 1
  }
}

# Lets apt take gRPC and protobuf from experimental, with what only it has; all else stays sid's.
pin_experimental() {
  local command=(tee /etc/apt/preferences.d/dino-bridge)
  ((EUID == 0)) || command=(sudo "${command[@]}")
  printf '%s\n' 'Package: src:grpc src:protobuf' 'Pin: release n=rc-buggy' 'Pin-Priority: 500' |
    "${command[@]}" >/dev/null
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
  apt_get update
  apt_get install --yes --no-install-recommends "$@"
}

# Installing Debian's mosquitto, prometheus, haproxy and postgresql also starts system services, which are not needed.
stop_system_service() {
  [[ -d /run/systemd/system ]] || return 0
  local command=(systemctl --quiet disable --now "$1.service")
  ((EUID == 0)) || command=(sudo "${command[@]}")
  "${command[@]}" 2>/dev/null || echo "note: the system's own $1.service is running" >&2
}

wanted=()
for purpose in "$@"; do
  case "$purpose" in
    build) wanted+=("${build_packages[@]}") ;;
    run) wanted+=("${run_packages[@]}") ;;
    test)
      wanted+=("${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}")
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

mapfile -t missing < <(missing_of "${wanted[@]}" | sort -u)
((${#missing[@]})) || exit 0
install "${missing[@]}"
for service in mosquitto prometheus haproxy postgresql; do
  if [[ " ${missing[*]} " == *" $service "* ]]; then stop_system_service "$service"; fi
done
