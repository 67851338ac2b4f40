# shellcheck shell=bash
# Programs that PyPI's packages hold, for scripts that run in the root of the repository.

# pypi_program NAME VERSION: installs that version of a program below build/tools, unless it is there,
# and sets $program to it. Releases of Debian have other versions, which do not agree.
pypi_program() {
  program=$PWD/build/tools/$1/bin/$1
  if "$program" --version 2>/dev/null | grep -qF "version $2"; then return; fi
  python3 -m venv "build/tools/$1"
  "build/tools/$1/bin/pip" install --quiet "$1==$2"
}
