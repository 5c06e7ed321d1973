#include "CMachine.h"

#if defined(__x86_64__)
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
float cm_sum(const float *x, size_t count) {
    // Independent lanes: a single running sum would wait for its own additions instead of for memory.
    float lanes[64] = {0};
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        for (size_t j = 0; j < 64; j++) lanes[j] += x[i + j];
    }
    float sum = 0;
    for (size_t j = 0; j < 64; j++) sum += lanes[j];
    for (; i < count; i++) sum += x[i];
    return sum;
}
