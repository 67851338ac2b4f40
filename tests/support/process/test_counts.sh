# shellcheck shell=bash
# Sums of the results of other test programs, for scripts that end with `N passed, N failed`. They set
# `pipefail`.

passed=0
failed=0

# count PASSED FAILED STATUS: adds the sums of a test program. One that failed otherwise than
# by a test counts as a failed test.
count() {
  ((passed += $1, failed += $2))
  if ((!$2 && ($3 || !$1))); then ((++failed)); fi
}

# number_before WORD TEXT: the number before a word; 0 if there is none.
number_before() {
  if [[ $2 =~ ([0-9]+)\ $1 ]]; then echo "${BASH_REMATCH[1]}"; else echo 0; fi
}

# count_pytest COMMAND...: runs pytest and adds its tests.
count_pytest() {
  local status=0 output summary
  output=$(mktemp -t dino-pytest.XXXXXX)
  "$@" -p no:cacheprovider --rootdir=. | tee "$output" || status=$?
  summary=$(tail -n 1 "$output")
  rm -f "$output"
  count "$(number_before passed "$summary")" \
    "$(($(number_before failed "$summary") + $(number_before error "$summary")))" "$status"
}
