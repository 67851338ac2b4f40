#!/usr/bin/env bash
# Builds the image of the outbox's worker, and lets it publish an event of a real PostgreSQL.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/outbox_image.sh [--base IMAGE] [--bridge PROGRAM]

Builds clients/python/Dockerfile by buildah, without a container engine, and runs the worker
from the image's files: as its user, on a root that it cannot write to, with PostgreSQL,
mosquitto and a bridge on loopback. Asks sudo if you are not root.

  --base IMAGE      build on this image instead of one made of Debian 13's packages
  --bridge PROGRAM  the bridge (build/release/bin/dino-bridge)

DEBIAN_MIRROR says where the packages come from if not from Debian's own mirror.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
base=
bridge=$root/build/release/bin/dino-bridge
while (($#)); do
  case "$1" in
    --base)
      base=${2:?--base needs an image}
      shift
      ;;
    --bridge)
      bridge=${2:?--bridge needs a program}
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

arguments=(${base:+--base "$base"} --bridge "$bridge")
if ((EUID != 0)); then
  exec sudo --preserve-env=DEBIAN_MIRROR -- "${BASH_SOURCE[0]}" "${arguments[@]}"
fi
# The mounts go when we end, whatever ends us.
if [[ "${DINO_MOUNT_NAMESPACE_OF:-}" != "$$" ]]; then
  DINO_MOUNT_NAMESPACE_OF=$$ exec unshare --mount --propagation unchanged -- "${BASH_SOURCE[0]}" \
    "${arguments[@]}"
fi
mount --make-rprivate / 2>/dev/null || true # Below a chroot / is no mount.

dir=$root/build/outbox-image
image=localhost/dino-outbox:test
most_bytes=250000000
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/clients/python/pyproject.toml")
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
export BUILDAH_ISOLATION=chroot

buildah() {
  TMPDIR=$dir command buildah --storage-driver vfs --root "$dir/storage" --runroot "$dir/run" "$@"
}

source "$root/deploy/programs.sh"
clean_up() {
  stop_programs
  if [[ -d "$dir" ]]; then
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

expect() {
  [[ "$3" == "$2" ]] || fail "$1 is '$3' instead of '$2'"
  echo "$1: $3"
}

# ---- the image ------------------------------------------------------------------------

make_base() {
  local container
  mmdebstrap --quiet --variant=minbase --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' trixie "$dir/base.tar" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} \
    >"$dir/base.log" 2>&1 || fail 'the base cannot be made' "$dir/base.log"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$dir/base.tar" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  base=localhost/debian:trixie
  buildah commit --quiet --rm "$container" "$base" >/dev/null
  rm "$dir/base.tar"
}

# The packages come from here and not from the network of the build, which may need a certificate of its own.
download_wheels() {
  local machine
  machine=$(uname -m)
  python3 -m venv "$dir/pip"
  "$dir/pip/bin/pip" download --quiet --dest "$dir/wheels" --python-version 3.13 --only-binary=:all: \
    --platform "manylinux_2_28_$machine" --platform "manylinux2014_$machine" --platform "manylinux_2_17_$machine" \
    --constraint "$root/clients/python/requirements-test.txt" \
    googleapis-common-protos grpcio hatchling prometheus-client protobuf 'psycopg[binary]' >"$dir/wheels.log" 2>&1 ||
    fail 'the Python packages cannot be downloaded' "$dir/wheels.log"
}

build() {
  buildah bud --format docker --layers=false --build-arg BASE="$base" --build-arg VERSION="$version" \
    --build-arg PIP_OPTIONS='--no-index --find-links=/wheels' --volume "$dir/wheels:/wheels:ro" \
    --ignorefile "$root/clients/python/Dockerfile.dockerignore" --file "$root/clients/python/Dockerfile" \
    --tag "$image" "$root" >"$dir/build.log" 2>&1 || fail 'the image cannot be built' "$dir/build.log"
}

of() { buildah inspect --type image --format "{{$1}}" "$image"; }

look_at_image() {
  local bytes
  expect user 65532:65532 "$(of .Docker.Config.User)"
  expect entrypoint '[python -m dino_events.outbox]' "$(of .Docker.Config.Entrypoint)"
  expect title dino-outbox "$(of 'index .Docker.Config.Labels "org.opencontainers.image.title"')"
  expect version "$version" "$(of 'index .Docker.Config.Labels "org.opencontainers.image.version"')"
  bytes=$(du --summarize --apparent-size --block-size=1 "$tree" | cut -f1)
  echo "size: $bytes bytes"
  ((bytes < most_bytes)) || fail "the image has more than $most_bytes bytes"
  expect 'what only the build needs' '' "$(cd "$tree" && find . -xdev \( -name source -o -name 'pip*' -o -name gcc \
    -o -name hatchling \) -path './[os]*')"
}

# ---- the worker -----------------------------------------------------------------------

# inside NAME=VALUE... PROGRAM ARGUMENT...: runs something in the image as its user, without any
# right, on a root that cannot be written to.
inside() {
  exec setpriv --no-new-privs --bounding-set=-all,+setuid,+setgid,+sys_chroot --inh-caps=-all \
    env --ignore-environment "${image_environment[@]}" /usr/sbin/chroot --userspec=65532:65532 --groups= \
    "$dir/root" "$@"
}

sql() { setpriv --reuid=postgres --regid=postgres --clear-groups psql --quiet --no-align --tuples-only \
  --host="$dir/pg" --username=postgres "$@"; }
database_answers() { sql --command='SELECT 1' >/dev/null 2>&1; }

# Starts PostgreSQL on a port that nobody else has, with the table, as its own image would.
start_database() {
  local programs=(/usr/lib/postgresql/*/bin)
  local as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  database_port=$((20000 + RANDOM % 12000))
  install --directory --owner=postgres "$dir/pg"
  "${as_postgres[@]}" "${programs[-1]}/initdb" --auth=trust --username=postgres --no-sync --pgdata "$dir/pg/data" \
    >"$dir/initdb.log" || fail 'initdb fails' "$dir/initdb.log"
  start database "${as_postgres[@]}" "${programs[-1]}/postgres" -D "$dir/pg/data" -k "$dir/pg" \
    -h 127.0.0.1 -p "$database_port"
  export PGPORT=$database_port
  within 20 database_answers || fail 'PostgreSQL does not start' "$dir/database.log"
}

# The event of the quickstart, as a backend enqueues it. Its bytes come from the package in the image.
enqueue() {
  # shellcheck disable=SC2016 # Python's text, with quotes of SQL.
  (inside python -c '
import sys
from google.protobuf import json_format
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import Event
from dino_events.outbox import row
event = Event.of(json_format.Parse(sys.stdin.read(), api.PublishMessageRequest()))
made = row(event)
print(f"INSERT INTO dino_outbox (ordering_key, idempotency_key, event) VALUES "
      f"($${made.ordering_key}$$, $${made.idempotency_key}$$, decode($${made.event.hex()}$$, $$hex$$))")
') <"$root/deploy/quickstart/message.request.json" | sql
}

published() { [[ "$(sql --command="SELECT state FROM dino_outbox")" == published ]]; }
received() { grep -qF "$(<"$root/deploy/quickstart/message.event.json")" "$dir/user.log"; }

publishes() {
  start user stdbuf -oL mosquitto_sub -d -V 5 -h 127.0.0.1 -p "$broker" -q 1 -t dms/dev/1234
  within 10 grep -q 'received SUBACK' "$dir/user.log" || fail 'cannot subscribe' "$dir/user.log"
  (inside python -m dino_events.outbox --print-sql) | sql
  inside python -m dino_events.outbox --ops-address=127.0.0.1:0 --address="$address" \
    --database="host=127.0.0.1 port=$database_port user=postgres" >"$dir/worker.log" 2>&1 </dev/null &
  worker_pid=$!
  pids+=("$worker_pid")
  enqueue
  within 20 published || fail 'the event is not published' "$dir/worker.log"
  within 10 received || fail 'the event did not arrive' "$dir/user.log"
  expect 'capabilities of the worker' 0000000000000000 "$(sed -n 's/^CapEff:\t//p' "/proc/$worker_pid/status")"
  expect 'user of the worker' 65532 "$(stat --format=%u "/proc/$worker_pid")"
}

stops() {
  local status=0
  kill "$worker_pid"
  within 20 ended "$worker_pid" || fail 'it does not end on SIGTERM' "$dir/worker.log"
  wait "$worker_pid" || status=$?
  expect 'exit status after SIGTERM' 0 "$status"
}

mkdir -p "$dir/root"
echo 'Building the image (some minutes)'
[[ -n "$base" ]] || make_base
download_wheels
build
container=$(buildah from --pull-never "$image")
tree=$(buildah mount "$container")
mapfile -t image_environment < <(
  buildah inspect --type image --format '{{range .Docker.Config.Env}}{{println .}}{{end}}' "$image" | grep .)
look_at_image

mount --bind "$tree" "$dir/root"
mount -o remount,bind,ro "$dir/root"
mount --bind /dev "$dir/root/dev"
mount -t proc proc "$dir/root/proc"
serve broker ' running$' mosquitto -v -p PORT || fail 'mosquitto does not start' "$dir/broker.log"
broker=$port
start bridge "$bridge" --grpc-address=127.0.0.1:0 --ops-address= --mqtt-brokers="127.0.0.1:$broker"
within 15 grep -q 'session connected' "$dir/bridge.log" || fail 'the bridge does not start' "$dir/bridge.log"
address=$(sed -n 's/.*"grpc_address": *"\([^"]*\)".*/\1/p' "$dir/bridge.log" | head -n 1)
start_database
publishes
stops
echo 'the image works'
