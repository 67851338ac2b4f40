# shellcheck shell=bash
# shellcheck disable=SC2034 # What its functions set is for whoever sources it.
# The programs that sign and push, by Go's proxy in pinned versions, and a registry for a while.

tools_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$tools_root/tests/support/process/go_program.sh"
source "$tools_root/deploy/programs.sh"

# tool MODULE-PATH VERSION: prints the program.
tool() {
  local folder=$tools_root/build/tools/release/$2
  if [[ ! -x "$folder/${1##*/}" ]]; then
    find_go "$tools_root/build/tools"
    # shellcheck disable=SC2154 # find_go sets it.
    (cd / && CGO_ENABLED=0 GOBIN=$folder "$go" install "$1@$2")
  fi
  echo "$folder/${1##*/}"
}

# Sets $cosign.
find_cosign() { cosign=$(tool github.com/sigstore/cosign/v2/cmd/cosign v2.6.5); }

# Sets $crane, which pushes and pulls.
find_crane() { crane=$(tool github.com/google/go-containerregistry/cmd/crane v0.22.1); }

# start_registry: one on loopback that forgets all when it ends; sets $registry. After find_crane.
start_registry() {
  serve registry 'serving on port' "$crane" registry serve --address 127.0.0.1:PORT || return
  # shellcheck disable=SC2154 # serve sets port.
  registry=127.0.0.1:$port
}
