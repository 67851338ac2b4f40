# Writes OUTPUT, a file for ctest with one test for each suite of PROGRAM (GoogleTest), or for every
# 16 tests of a larger suite: a process for each single one takes more time than most of the tests.
# FILTER: of which tests. PROPERTIES: of ctest's tests. NAME_SUFFIX: what their names end with.
# EMULATOR: what runs programs for another architecture; empty if none is needed.
set(most 16)

execute_process(
  COMMAND ${EMULATOR} "${PROGRAM}" --gtest_list_tests "--gtest_filter=${FILTER}"
  OUTPUT_VARIABLE listed RESULT_VARIABLE result TIMEOUT 60)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} does not list its tests: ${result}\n${listed}")
endif()

set(script "")
set(suite "")
set(tests "")
set(part 1)

macro(flush)
  if(tests)
    list(JOIN tests ":" filter)
    set(name "${suite}${NAME_SUFFIX}")
    if(part GREATER 1)
      string(APPEND name "/part${part}")
    endif()
    string(APPEND script
      "add_test([==[${name}]==] ${EMULATOR} [==[${PROGRAM}]==] [==[--gtest_filter=${filter}]==])\n"
      "set_tests_properties([==[${name}]==] PROPERTIES ${PROPERTIES})\n")
    set(tests "")
  endif()
endmacro()

# What follows # is the value of a parameter, which may hold any character.
string(REGEX REPLACE " *#[^\n]*" "" listed "${listed}")
string(REPLACE "\n" ";" listed "${listed}")
foreach(line IN LISTS listed)
  if(line MATCHES "^([^ ]+)\\.$")
    set(next "${CMAKE_MATCH_1}")
    flush()
    set(suite "${next}")
    set(part 1)
  elseif(line MATCHES "^  (.+)$")
    list(APPEND tests "${suite}.${CMAKE_MATCH_1}")
    list(LENGTH tests count)
    if(count EQUAL most)
      flush()
      math(EXPR part "${part} + 1")
    endif()
  endif()
endforeach()
flush()
file(WRITE "${OUTPUT}" "${script}")
