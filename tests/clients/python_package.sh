# shellcheck shell=bash
# shellcheck disable=SC2154 # Variables of run.sh.
# Tests the Python package in clients/python. Sourced by run.sh, whose functions it uses.

package=$root/clients/python
package_build=$root/build/clients/python_package

make_package_tools() {
  mkdir -p "$package_build" && cd "$package_build" || return
  venv/bin/python -m pip --version >"$scratch/pip" 2>&1 || python3 -m venv --clear venv || return
  venv/bin/pip install --quiet --requirement "$package/requirements-test.txt" || return
  export PYTHONDONTWRITEBYTECODE=1
}

# build_wheel DIRECTORY SOURCE
build_wheel() {
  rm -rf "$1" && SOURCE_DATE_EPOCH=0 venv/bin/pip wheel --quiet --no-deps --no-build-isolation \
    --wheel-dir "$1" "$2"
}

# Two builds give the same bytes, also if one is of the source distribution.
wheel_is_reproducible() {
  build_wheel wheel "$package" && rm -rf sdist &&
    (cd "$package" && SOURCE_DATE_EPOCH=0 "$package_build/venv/bin/python" -m hatchling build -t sdist \
      -d "$package_build/sdist") &&
    build_wheel wheel-again sdist/*.tar.gz && diff -r wheel wheel-again
}

types_are_strict() { (cd "$package" && "$package_build/venv/bin/mypy" --cache-dir "$package_build/mypy"); }

# With the wheel, not the sources.
types_of_users_are_known() {
  mkdir -p users && cp "$package/tests/users_types.py" users/ &&
    (cd users && ../venv/bin/mypy --strict --config-file= --cache-dir ../mypy-users users_types.py)
}

is_formatted() {
  venv/bin/ruff format --no-cache --check "$package" && venv/bin/ruff check --no-cache "$package"
}

# The first program of the package's README, in an environment that has nothing but the package.
publishes_from_the_wheel() {
  awk '/^```$/ && code { exit } code { print } $0 == "```python" { code = 1 }' "$package/README.md" |
    sed "s/dino-bridge:50051/$STAGE_BRIDGE/" >first.py
  (($(wc -l <first.py) <= 8)) || return
  python3 -m venv --clear empty &&
    empty/bin/pip install --quiet --constraint "$package/requirements-test.txt" wheel/*.whl &&
    empty/bin/python first.py
}

test_python-package() {
  make_package_tools || return
  check 'messages of the package are fresh' "$package/generate.sh" --check
  check 'format of the package' is_formatted
  check 'wheel is reproducible' wheel_is_reproducible
  venv/bin/pip install --quiet --no-deps --force-reinstall wheel/*.whl || return
  check 'types of the package' types_are_strict
  check 'types for users of the package' types_of_users_are_known
  check 'first event from the wheel' publishes_from_the_wheel
  cd "$package" || return
  count_pytest "$package_build/venv/bin/python" -m pytest -q --durations=3
  count_pytest "$package_build/venv/bin/python" -m pytest -q --durations=3 live
}

# Every fault with one and two servers, for both packages, and what came of it: some twenty minutes.
test_faults() {
  make_go_loads || return
  make_package_tools || return
  build_wheel wheel "$package" && venv/bin/pip install --quiet --no-deps --force-reinstall wheel/*.whl || return
  cd "$package" || return
  DINO_BRIDGE=$bridge DINO_GO_LOADS=$go_build/faultload \
    count_pytest "$package_build/venv/bin/python" -m pytest -q -s faults
}
