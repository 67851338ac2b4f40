# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # What it sets is for whoever sources it, who sets $root.
# What the programs that generate code from the protos share: their one option, and protoc. Needs
# $root, the repository, and `usage`.

# begin_stubs ARGUMENT...: sets $check (whether it is --check) and $googleapis. Ends the program after
# --help, for another argument, and without the right protoc.
begin_stubs() {
  case "${1:-}" in
    '') check=false ;;
    --check) check=true ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  generator=$(realpath --relative-to="$root" "$0")
  local wanted='libprotoc 3.21.12'
  if [[ "$(protoc --version)" != "$wanted" ]]; then
    echo "error: protoc must be $wanted (package protobuf-compiler)" >&2
    exit 2
  fi
  googleapis=/usr/share/gocode/src/github.com/gogo/googleapis # golang-github-gogo-googleapis-dev
}

# keep_stub NEW OLD: replaces the file; with --check only compares.
keep_stub() {
  if ! $check; then
    install -D -m 644 "$1" "$2"
  elif ! cmp --silent "$2" "$1"; then
    echo "error: ${2#"$root"/} is not fresh: run $generator" >&2
    exit 1
  fi
}
