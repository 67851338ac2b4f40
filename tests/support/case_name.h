#ifndef DINO_TESTS_SUPPORT_CASE_NAME_H_
#define DINO_TESTS_SUPPORT_CASE_NAME_H_

#include <gtest/gtest.h>

#include <string>

namespace dino::testing {

// Names the cases of INSTANTIATE_TEST_SUITE_P by their members `name`.
struct CaseName {
  template <typename Case>
  std::string operator()(const ::testing::TestParamInfo<Case>& info) const {
    return info.param.name;
  }
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_CASE_NAME_H_
