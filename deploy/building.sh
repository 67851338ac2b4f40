# shellcheck shell=bash
# Builds the release for scripts that show it at work. The script that sources this sets `root`, and
# `dir` for logs.

: "${root:?}" "${dir:=}"

# shellcheck disable=SC2034 # That script uses them, too.
bold='' dim='' green='' red='' plain=''
if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
  # shellcheck disable=SC2034
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

fail() {
  printf '%serror:%s %s\n' "$red" "$plain" "$1" >&2
  if [[ -n "${2:-}" && -s "${2:-}" ]]; then tail -n 20 "$2" >&2; fi
  exit 1
}

# Shows ninja's progress every few seconds, and all other output.
show_progress() {
  local line next=$SECONDS
  while IFS= read -r line; do
    if [[ ! $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]]; then
      echo "$line"
    elif ((SECONDS >= next || BASH_REMATCH[1] == BASH_REMATCH[2])); then
      printf '  %3d %%  step %s of %s: %s\n' "$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))" \
        "${BASH_REMATCH[@]:1}"
      next=$((SECONDS + 5))
    fi
  done
}

# build_release PURPOSE...: builds the release, with the packages of these purposes.
build_release() {
  local cores
  cores=$(nproc)
  heading 'Building the release'
  # About 120 seconds of processor time.
  printf '  The first build takes about %d minutes with %d processors, plus a minute or two if packages\n' \
    "$((120 / 60 / cores + 1))" "$cores"
  echo '  are missing; later builds take seconds.'
  "$root/deploy/install-packages.sh" "$@"
  cd "$root" || return
  echo "Configuring (details: $dir/configure.log)"
  cmake --preset release >"$dir/configure.log" 2>&1 || fail 'cmake failed' "$dir/configure.log"
  echo 'Compiling'
  cmake --build --preset release | show_progress || fail 'the build failed'
}
