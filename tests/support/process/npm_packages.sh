# shellcheck shell=bash
# Packages of npm, for scripts that run in the root of the repository.

# npm_packages DIRECTORY PACKAGE@VERSION...: installs those versions below DIRECTORY, unless they are
# there. Without their install scripts: one of them would tell its maker about it.
npm_packages() {
  local directory=$1 package
  shift
  for package in "$@"; do
    grep -qs "\"version\": \"${package##*@}\"" "$directory/node_modules/${package%@*}/package.json" && continue
    npm install --prefix "$directory" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "$@"
    return
  done
}

# What drives Debian's Chromium, and what checks pages for people who do not see them, or have no mouse.
# shellcheck disable=SC2034
page_packages=(playwright-core@1.49.1 axe-core@4.10.2)
