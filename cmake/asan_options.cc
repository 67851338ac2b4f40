// Debian's abseil is built without the address sanitizer and writes to memory that its headers,
// compiled into our files, have poisoned.
extern "C" const char* __asan_default_options() { return "allow_user_poisoning=0"; }
