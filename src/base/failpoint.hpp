#pragma once

// Named places where kill-lab ends the process with SIGKILL. Compiled in only with
// -DFERMATA_FAILPOINTS=ON; FERMATA_FAILPOINTS in the environment then says which and how often:
// "store.before_commit=0.01,store.after_commit=0.01" (probabilities).

namespace fermata {
#ifdef FERMATA_FAILPOINTS
void failpoint(const char* name);
#else
inline void failpoint(const char*) {}
#endif
}  // namespace fermata
