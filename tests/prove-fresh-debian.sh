#!/usr/bin/env bash
# Runs the two commands of README.md, and all tests, in bare Debian roots made for them.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/prove-fresh-debian.sh trixie|bookworm|experimental
                                   [quickstart|demo|tests|system|attacks] [--user]

Clones this repository's HEAD into a bare root of that Debian release, runs the
command there by chroot (the first three, each in a root of its own, if none is
named) and fails if it fails or leaves a process behind. Needs root, mmdebstrap
and git. The roots are removed afterwards.

`system` and `attacks` are those of tests/run.sh. On experimental, which is sid with the
gRPC of experimental, they show what the gRPC of the image withstands.

  --user  run it as a user with sudo instead of root

The environment is handed on (proxies, npm_config_registry). DEBIAN_MIRROR says
where the packages come from if not from Debian's own mirror; certificates in /usr/local/share/ca-certificates
are trusted inside.
TEXT
}

release=
as_user=false
commands=()
for argument in "$@"; do
  case "$argument" in
    trixie | bookworm | experimental) release=$argument ;;
    --user) as_user=true ;;
    quickstart) commands+=('deploy/quickstart.sh --once') ;;
    demo) commands+=('deploy/demo.sh --once') ;;
    tests) commands+=('tests/run.sh') ;;
    system) commands+=('tests/run.sh --system') ;;
    attacks) commands+=('tests/run.sh --attacks') ;;
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
if [[ -z "$release" ]]; then
  usage >&2
  exit 2
fi
((${#commands[@]})) || commands=('deploy/quickstart.sh --once' 'deploy/demo.sh --once' 'tests/run.sh')

suite=$release
sources=(${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"})
if [[ "$release" == experimental ]]; then
  suite=sid
  # The mirror may be a snapshot, whose indexes are out of date.
  source="deb [check-valid-until=no] ${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  sources=("$source sid main" "$source experimental main")
fi

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=
inner=
clean_up() {
  # All mounts are in a namespace that ends with this process.
  if [[ -n "$inner" ]]; then
    kill -KILL "$inner" 2>/dev/null || true
    wait "$inner" 2>/dev/null || true
  fi
  if [[ -n "$root" ]]; then rm -rf --one-file-system "$root"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Makes a root with a clone in it, and sets $root, $home, $path and $enter, which runs a program there.
make_root() {
  local include=()
  root=$(mktemp -d -t "dino-$release.XXXXXX")
  chmod 755 "$root" # A user inside must get in.
  if $as_user; then include=(--include=sudo); fi
  mmdebstrap --quiet --variant=minbase "${include[@]}" "$suite" "$root" "${sources[@]}"
  cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"

  home=/root
  path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  enter=(chroot "$root")
  if $as_user; then
    chroot "$root" useradd --create-home --shell /bin/bash guest
    echo 'guest ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/guest"
    home=/home/guest
    path=/usr/local/bin:/usr/bin:/bin
    enter=(chroot --userspec=guest:guest "$root")
  fi
  git -c safe.directory='*' clone --quiet --no-local "$repository" "$root$home/dino-bridge"
  if $as_user; then chroot "$root" chown -R guest:guest "$home/dino-bridge"; fi
}

# run_inside COMMAND: runs it in a PID namespace of its own: whatever is left when it ends can be
# seen, and ends.
run_inside() {
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
  ' inner "$root" "$home" "$path" "$1" "${enter[@]}" &
  inner=$!
  wait "$inner"
  inner=
}

for command in "${commands[@]}"; do
  printf '\n#### %s in a bare %s\n' "$command" "$release"
  began=$SECONDS
  make_root
  run_inside "$command"
  rm -rf --one-file-system "$root"
  root=
  printf '#### %s in a bare %s: ok, %d s\n' "$command" "$release" "$((SECONDS - began))"
done
