#!/usr/bin/env bash
# Runs one of the README's two commands in a bare Debian 12 root made for it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/prove-fresh-debian.sh [--user] quickstart|tests

Clones this repository's HEAD into a bare Debian 12 root, runs the command there
by chroot and fails if it fails or leaves a process behind. Needs root,
mmdebstrap and git. The root is removed afterwards.

  --user  run it as a user with sudo instead of root

The environment is handed on (proxies, npm_config_registry). DEBIAN_MIRROR says
where the packages come from if not from Debian's own mirror; certificates in /usr/local/share/ca-certificates
are trusted inside.
TEXT
}

as_user=false
what=
for argument in "$@"; do
  case "$argument" in
    --user) as_user=true ;;
    quickstart) what='deploy/quickstart.sh --once' ;;
    tests) what='tests/run.sh' ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done
if [[ -z "$what" ]]; then
  usage >&2
  exit 2
fi

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(mktemp -d -t dino-debian.XXXXXX)
chmod 755 "$root" # A user inside must get in.
inner=
clean_up() {
  # All mounts are in a namespace that ends with this process.
  if [[ -n "$inner" ]]; then
    kill -KILL "$inner" 2>/dev/null || true
    wait "$inner" 2>/dev/null || true
  fi
  rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

include=()
if $as_user; then include=(--include=sudo); fi
mmdebstrap --quiet --variant=minbase "${include[@]}" bookworm "$root" \
  ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/usr/local/share/ca-certificates"
cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"

home=/root
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
run=(chroot "$root")
if $as_user; then
  chroot "$root" useradd --create-home --shell /bin/bash guest
  echo 'guest ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/guest"
  home=/home/guest
  path=/usr/local/bin:/usr/bin:/bin
  run=(chroot --userspec=guest:guest "$root")
fi
git -c safe.directory='*' clone --quiet --no-local "$repository" "$root$home/dino-bridge"
if $as_user; then chroot "$root" chown -R guest:guest "$home/dino-bridge"; fi

# A PID namespace of its own: whatever is left when the command ends can be seen, and ends.
# shellcheck disable=SC2016 # The inner shell expands these.
unshare --mount --pid --fork --kill-child bash -c '
  set -euo pipefail
  root=$1 home=$2 path=$3 what=$4
  shift 4
  mount --bind "$root" "$root" # buildah wants its / to be a mount.
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  status=0
  "$@" /usr/bin/env -u TMPDIR HOME="$home" PATH="$path" \
    /bin/bash -c "cd ~/dino-bridge && $what" </dev/null || status=$?
  mount -t proc proc /proc
  left=$(ps -e -o pid=,args= | grep -vE "^ *1 |ps -e|<defunct>|grep" || true)
  if [[ -n "$left" ]]; then
    printf "left behind:\n%s\n" "$left"
    status=1
  fi
  exit "$status"
' inner "$root" "$home" "$path" "$what" "${run[@]}" &
inner=$!
wait "$inner"
