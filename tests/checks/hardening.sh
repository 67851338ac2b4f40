#!/usr/bin/env bash
# Checks that the release programs are hardened, by what their files say.
set -euo pipefail
export LC_ALL=C

usage() {
  cat <<'TEXT'
usage: tests/checks/hardening.sh [--bridge PROGRAM]

Reads the server, and dino-publish beside it, by readelf and objdump.

  --bridge PROGRAM  the server (build/release/bin/dino-bridge), not stripped
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/checks/bridge_option.sh"
read_bridge_option "$@"

missing=0
breach() {
  echo "$program $1"
  missing=1
}

# says PART PATTERN: whether that part of the file, as readelf prints it, has such a line.
says() { readelf --wide "--$1" "$program" 2>&1 | grep -E "$2" >/dev/null; }
imports() { says dyn-syms " UND $1(@|\$)"; }
starts_with() {
  objdump --disassemble=main "$program" | grep -A 2 '<main>:' | grep -E "$1" >/dev/null
}

for program in "$bridge" "$(dirname "$bridge")/dino-publish"; do
  if [[ ! -x "$program" ]]; then
    echo "error: there is no program '$program'" >&2
    exit 2
  fi
  says file-header 'Type: +DYN ' || breach 'is not position-independent'
  says dynamic 'FLAGS_1.* PIE' || breach 'is not marked as position-independent'
  says dynamic 'FLAGS_1.* NOW' || breach 'binds functions only when they are called (-z now)'
  says program-headers GNU_RELRO || breach 'leaves relocations writable (-z relro)'
  says program-headers 'GNU_STACK .* RW +0x' || breach 'has an executable stack'
  ! says program-headers ' RWE ' || breach 'has memory that is both writable and executable'
  ! says dynamic '\(TEXTREL\)' || breach 'has relocations in its code'
  ! says dynamic '\((RPATH|RUNPATH)\)' || breach 'names folders to look for libraries in'
  imports __stack_chk_fail || breach 'has no stack protector'
  imports '__[a-z0-9_]+_chk' || breach 'calls the C library unchecked (_FORTIFY_SOURCE)'
  case "$(uname -m)" in
    x86_64) starts_with '\<endbr64\>' || breach 'does not mark the targets of jumps (-fcf-protection)' ;;
    aarch64) starts_with '\<(paciasp|bti)\>' || breach 'does not sign return addresses (-mbranch-protection)' ;;
  esac
done
((missing)) || echo 'the programs are hardened'
exit "$missing"
