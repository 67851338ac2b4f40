#!/usr/bin/env bash
# Fills a folder with all that programs need to run, and nothing else: the root of an image.
set -euo pipefail
# Whoever builds an image, it is the same.
umask 022

usage() {
  cat <<'TEXT'
usage: image-root.sh ROOT PROGRAM...

Copies the programs to ROOT/usr/local/bin, and from the Debian that this runs on:

  - the libraries they are linked with, and no other file of their packages
  - the authorities of ca-certificates
  - what resolves names, empty folders to mount on, and who users and groups are: root and dino (65532)
  - for scanners and lawyers: os-release, the packages' entries in
    var/lib/dpkg/status.d, and their copyright files

The programs may be for another architecture whose libraries are installed here.
TEXT
}

if (($# < 2)) || [[ "$1" == -* ]]; then
  usage
  exit 2
fi
root=$1
shift
packages=(base-files ca-certificates)

# Of binutils, which for another architecture have its name in front.
tools=
machine=$(od --address-radix=n --format=u2 --skip-bytes=18 --read-bytes=2 --endian=little "$1")
if ((machine == 183)) && [[ "$(uname -m)" != aarch64 ]]; then tools=aarch64-linux-gnu-; fi # EM_AARCH64

# copy FILE: to the same place below the root, through links; prints that place.
copy() {
  local real
  real=$(realpath "$1")
  install -D --preserve-timestamps --mode="$(stat --format=%a "$real")" "$real" "$root$real"
  echo "$real"
}

# add_library FILE: also by the name that programs know it by.
add_library() {
  local real link package
  real=$(copy "$1")
  link=$(realpath "$(dirname "$1")")/$(basename "$1")
  if [[ "$link" != "$real" ]]; then
    mkdir -p "$root$(dirname "$link")"
    ln --force --symbolic --relative "$root$real" "$root$link"
  fi
  # dpkg knows some below /lib, some below /usr/lib.
  package=$({
    dpkg-query --search "$real" 2>/dev/null || dpkg-query --search "${real#/usr}"
  } | sed -n '/^diversion/!{s/\(, \|: \).*//p;q}')
  packages+=("${package:?no package has $real}")
}

# add_libraries FILE...: what they are linked with, and what that is linked with. Not by ldd, which runs
# the loader of their architecture.
add_libraries() {
  local name names
  names=$("${tools}readelf" --dynamic "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | sort -u)
  for name in $names; do
    [[ ! -e "$root$libraries/$name" ]] || continue
    add_library "$libraries/$name"
    add_libraries "$libraries/$name"
  done
}

# add_package NAME[:ARCHITECTURE]: what scanners look at, and its licence. Of its files only those that are here.
add_package() {
  local name=${1%:*} info sums path sum
  info=$root/var/lib/dpkg/status.d/$name
  mkdir -p "$(dirname "$info")"
  dpkg-query --status "$1" >"$info"
  sums=$(dpkg-query --control-path "$1" md5sums)
  if [[ -n "$sums" ]]; then
    while read -r sum path; do
      if [[ -f "$root/$path" || -f "$root/usr/$path" ]]; then echo "$sum  $path"; fi
    done <"$sums" >"$info.md5sums"
  fi
  if [[ -f "/usr/share/doc/$name/copyright" ]]; then
    install -D --mode=644 "/usr/share/doc/$name/copyright" "$root/usr/share/doc/$name/copyright"
  fi
}

install --strip --strip-program="${tools}strip" -D --target-directory="$root/usr/local/bin" "$@"

loader=$("${tools}readelf" --program-headers "$1" | sed -n 's/.*program interpreter: \(.*\)\]$/\1/p')
libraries=$(dirname "$(realpath "$loader")") # Debian has all libraries of an architecture there.
add_library "$loader"
add_libraries "$@"
# Where /lib is a link to usr/lib, as the loader's path expects.
for link in /lib /lib64; do
  if [[ -L "$link" && -d "$root$(realpath "$link")" ]]; then cp --no-dereference "$link" "$root"; fi
done

for file in /etc/os-release /etc/debian_version /etc/nsswitch.conf /etc/ssl/certs/ca-certificates.crt; do
  if [[ -e "$file" ]]; then install -D --mode=644 "$file" "$root$file"; fi
done
cp --recursive --no-dereference --parents /usr/share/common-licenses "$root"
cat >"$root/etc/passwd" <<'TEXT'
root:x:0:0:root:/nonexistent:/nonexistent
dino:x:65532:65532::/nonexistent:/nonexistent
TEXT
cat >"$root/etc/group" <<'TEXT'
root:x:0:
dino:x:65532:
TEXT
install --directory "$root/dev" "$root/proc" "$root/sys"
install --directory --mode=1777 "$root/tmp"

mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
for package in "${packages[@]}"; do add_package "$package"; done
