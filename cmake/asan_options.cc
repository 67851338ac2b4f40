// Debian's abseil, built without the address sanitizer, writes to what its headers in our files
// have poisoned.
extern "C" const char* __asan_default_options() { return "allow_user_poisoning=0"; }
