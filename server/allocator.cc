// jemalloc reads this by its name when the process starts. What was freed goes back to the system
// within seconds, also when nobody allocates any more.
extern "C" const char* malloc_conf;  // NOLINT(readability-identifier-naming)
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
