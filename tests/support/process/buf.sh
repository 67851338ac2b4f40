# shellcheck shell=bash
# buf, and the protos as it wants them. Sourced in the root of the repository.

source tests/support/process/npm_packages.sh
# shellcheck disable=SC2034
buf=build/tools/node_modules/.bin/buf

# Debian has no buf. npm's package brings the program itself.
install_buf() { npm_packages build/tools @bufbuild/buf@1.75.0; }

# make_workspace DIRECTORY PROTOS: what we import comes from a package, and is not ours to check.
make_workspace() {
  local googleapis
  googleapis=$(dpkg -L golang-github-gogo-googleapis-dev | grep '/google/rpc/status.proto$')
  mkdir -p "$1/googleapis/google/rpc" "$1/proto"
  cp "$googleapis" "$1/googleapis/google/rpc/"
  cp -r "$2/dino" "$1/proto/"
  cp proto/buf.yaml "$1/"
}
