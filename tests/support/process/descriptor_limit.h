#ifndef DINO_TESTS_SUPPORT_PROCESS_DESCRIPTOR_LIMIT_H_
#define DINO_TESTS_SUPPORT_PROCESS_DESCRIPTOR_LIMIT_H_

#include <sys/resource.h>

namespace dino::testing {

// Until the end of the scope, this process cannot open descriptors numbered `first` or above.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(int first) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(first);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_DESCRIPTOR_LIMIT_H_
