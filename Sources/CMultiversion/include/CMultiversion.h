#pragma once
// One source, three machine codes: the loader picks AVX-512, AVX2 or the baseline.
// Sanitized builds leave this out: their runtime is not there yet when the loader picks.
#if defined(__x86_64__) && defined(__linux__) && !defined(VUEMO_ONE_MACHINE_CODE)
#define VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTORIZED
#endif
#define INLINE static inline __attribute__((always_inline))
// Sums may be split over vector lanes. IN_LANES before a loop says over which: element i goes to lane i % 32, whatever a register's
// width, and the lanes are added up in one order on all x86-64 processors (ARM has its own); what a row has beyond whole lanes is
// added one by one.
#define REASSOCIATE _Pragma("clang fp reassociate(on) contract(fast)")
#define IN_LANES _Pragma("clang loop vectorize_width(16) interleave_count(2)")
