#!/usr/bin/env bash
# Fills a folder with all that programs need to run, and nothing else: the root of an image.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: image-root.sh ROOT PROGRAM...

Copies the programs to ROOT/usr/local/bin, and from the Debian that this runs on:

  - the libraries they are linked with, and no other file of their packages
  - the authorities of ca-certificates
  - what resolves names, empty folders to mount on, and who users and groups are: root and dino (65532)
  - for scanners and lawyers: os-release, the packages' entries in
    var/lib/dpkg/status.d, and their copyright files
TEXT
}

if (($# < 2)) || [[ "$1" == -* ]]; then
  usage
  exit 2
fi
root=$1
shift
packages=(base-files ca-certificates)

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
  } | sed -n '/^diversion/!{s/[:,].*//p;q}')
  packages+=("${package:?no package has $real}")
}

# add_package NAME: what scanners look at, and its licence. Of its files only those that are here.
add_package() {
  local info=$root/var/lib/dpkg/status.d/$1 sums path sum
  mkdir -p "$(dirname "$info")"
  dpkg-query --status "$1" >"$info"
  for sums in "/var/lib/dpkg/info/$1.md5sums" /var/lib/dpkg/info/"$1":*.md5sums; do
    [[ -f "$sums" ]] || continue
    while read -r sum path; do
      if [[ -f "$root/$path" || -f "$root/usr/$path" ]]; then echo "$sum  $path"; fi
    done <"$sums" >"$info.md5sums"
  done
  if [[ -f "/usr/share/doc/$1/copyright" ]]; then
    install -D --mode=644 "/usr/share/doc/$1/copyright" "$root/usr/share/doc/$1/copyright"
  fi
}

install --strip -D --target-directory="$root/usr/local/bin" "$@"

mapfile -t libraries < <(ldd "$@" | sed -n 's/^\t\(.* => \)\?\(\/[^ ]*\) (0x.*/\2/p' | sort -u)
for library in "${libraries[@]}"; do add_library "$library"; done
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
