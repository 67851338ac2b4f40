// jemalloc reads this by its name when the process starts. What was freed goes back to the system
// within seconds, also when nobody allocates any more, and no thread keeps large pieces for itself.
extern "C" const char* malloc_conf;  // NOLINT(readability-identifier-naming)
const char* malloc_conf =
    "background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:0,tcache_max:1024";
