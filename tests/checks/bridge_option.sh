# shellcheck shell=bash
# The option of scripts that take only --bridge PROGRAM. The script that sources this has a function
# `usage`.

# read_bridge_option ARGUMENT...: sets $bridge to the absolute path of the server. dino-publish lies
# beside it.
read_bridge_option() {
  bridge=$(dirname "${BASH_SOURCE[0]}")/../../build/release/bin/dino-bridge
  while (($#)); do
    case "$1" in
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
  bridge=$(realpath --canonicalize-missing "$bridge")
}
