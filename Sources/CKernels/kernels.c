// Which kernels this processor runs.
#include "CKernels.h"
#include <string.h>

extern const ck_kernels ck_plain;
#if defined(__x86_64__)
extern const ck_kernels ck_avx512, ck_avx2;
#elif defined(__aarch64__)
extern const ck_kernels ck_neon;
#endif

enum { KINDS = 3 };

// Every kind that this program has, the fastest first; NULL where the processor lacks what it needs.
static const ck_kernels *kind(size_t i) {
#if defined(__x86_64__)
    switch (i) {
    case 0: return __builtin_cpu_supports("x86-64-v4") ? &ck_avx512 : NULL;
    case 1: return __builtin_cpu_supports("x86-64-v3") ? &ck_avx2 : NULL;
    }
#elif defined(__aarch64__)
    if (i == 0) return &ck_neon;
#endif
    return i == KINDS - 1 ? &ck_plain : NULL;
}

const ck_kernels *ck_fastest(void) {
    size_t i = 0;
    while (!kind(i)) i++;
    return kind(i);
}

const ck_kernels *ck_named(const char *name) {
    for (size_t i = 0; i < KINDS; i++) {
        if (kind(i) && strcmp(kind(i)->name, name) == 0) return kind(i);
    }
    return NULL;
}
