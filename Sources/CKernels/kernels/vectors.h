#pragma once
// Vectors as wide as the machine's registers: LANES is 16, 8 or 4. The sums of products do not depend on it.
#include <stddef.h>
#include <string.h>
#include <CMultiversion.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The functions that take and return vectors are always inlined: how a call would pass them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef float loose_vector __attribute__((ext_vector_type(LANES), aligned(4)));

INLINE vector load_vector(const float *x) { return *(const loose_vector *)x; }
INLINE void store_vector(float *x, vector value) { *(loose_vector *)x = value; }

#if LANES == 16
INLINE __mmask16 first_lanes(size_t count) { return count >= 16 ? 0xffff : (__mmask16)((1u << count) - 1); }
INLINE vector load_first(const float *x, size_t count) { return _mm512_maskz_loadu_ps(first_lanes(count), x); }
INLINE void store_first(float *x, size_t count, vector value) { _mm512_mask_storeu_ps(x, first_lanes(count), value); }
#elif LANES == 8
INLINE __m256i first_lanes(size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count < 8 ? (int)count : 8), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE vector load_first(const float *x, size_t count) { return _mm256_maskload_ps(x, first_lanes(count)); }
INLINE void store_first(float *x, size_t count, vector value) {
    if (count >= LANES) store_vector(x, value);
    else _mm256_maskstore_ps(x, first_lanes(count), value);
}
#else
INLINE vector load_first(const float *x, size_t count) {
    vector value = 0;
    for (size_t i = 0; i < LANES; i++) {
        if (i < count) value[i] = x[i];
    }
    return value;
}
INLINE void store_first(float *x, size_t count, vector value) {
    for (size_t i = 0; i < LANES; i++) {
        if (i < count) x[i] = value[i];
    }
}
#endif

// In a square of LANES vectors, blocks of `step` lanes change places across its diagonal.
#define LEFT(lane, step) ((lane) & (step) ? LANES + (lane) - (step) : (lane))
#define RIGHT(lane, step) ((lane) & (step) ? LANES + (lane) : (lane) + (step))
#if LANES == 16
#define SHUFFLE(a, b, side, step)                                                                                       \
    __builtin_shufflevector(a, b, side(0, step), side(1, step), side(2, step), side(3, step), side(4, step),            \
                            side(5, step), side(6, step), side(7, step), side(8, step), side(9, step), side(10, step),  \
                            side(11, step), side(12, step), side(13, step), side(14, step), side(15, step))
#elif LANES == 8
#define SHUFFLE(a, b, side, step)                                                                                       \
    __builtin_shufflevector(a, b, side(0, step), side(1, step), side(2, step), side(3, step), side(4, step),            \
                            side(5, step), side(6, step), side(7, step))
#else
#define SHUFFLE(a, b, side, step)                                                                                       \
    __builtin_shufflevector(a, b, side(0, step), side(1, step), side(2, step), side(3, step))
#endif
#define EXCHANGE(x, step)                                                                                               \
    UNROLL for (int i = 0; i < LANES; i++) {                                                                            \
        if (i & (step)) continue;                                                                                       \
        vector low = x[i], high = x[i + (step)];                                                                        \
        x[i] = SHUFFLE(low, high, LEFT, step);                                                                          \
        x[i + (step)] = SHUFFLE(low, high, RIGHT, step);                                                                \
    }

// Rows become columns.
INLINE void transpose(vector x[LANES]) {
#if LANES == 16
    EXCHANGE(x, 8)
#endif
#if LANES >= 8
    EXCHANGE(x, 4)
#endif
    EXCHANGE(x, 2)
    EXCHANGE(x, 1)
}
