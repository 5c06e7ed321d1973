#include "CStorage.h"

// The message is a polynomial over GF(2); its remainder modulo P(x) does not change when 128 bits of it are replaced by their
// product with x^n mod P, n bits further on. Four lanes of 128 bits are folded over 512 bits at a time, then into one, and
// Barrett's reduction takes the rest. After Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction", Intel 2009; the constants are x^n mod P and x^64 div P for zlib's P, bit-reflected. Where the processor multiplies
// four lanes at once, sixteen are folded over 2,048 bits first.

#if defined(__x86_64__)
#include <immintrin.h>

bool storage_has_fast_crc32(void) { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

__attribute__((target("pclmul,sse4.1")))
static inline __m128i fold(__m128i lane, __m128i factors, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(lane, factors, 0x00), high = _mm_clmulepi64_si128(lane, factors, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// 0x96 is the exclusive or of three.
__attribute__((target("avx512f,vpclmulqdq")))
static inline __m512i fold_four(__m512i lanes, __m512i factors, __m512i next) {
    __m512i low = _mm512_clmulepi64_epi128(lanes, factors, 0x00), high = _mm512_clmulepi64_epi128(lanes, factors, 0x11);
    return _mm512_ternarylogic_epi64(low, high, next, 0x96);
}

// Folds at least 256 bytes into the first 64 bytes of a shorter message with the same remainder, and moves *bytes and *count
// to what follows of it.
__attribute__((target("avx512f,vpclmulqdq")))
static void fold_wide(uint32_t crc, const uint8_t **bytes, size_t *count, __m128i lane[4]) {
    const __m512i over_2048 = _mm512_broadcast_i32x4(_mm_set_epi64x(0x1322d1430, 0x11542778a));   // x^2016, x^2080
    const __m512i over_512 = _mm512_broadcast_i32x4(_mm_set_epi64x(0x1c6e41596, 0x154442bd4));    // x^480, x^544
    const uint8_t *next = *bytes;
    size_t left = *count - 256;
    __m512i wide[4];
    for (int i = 0; i < 4; i++, next += 64) wide[i] = _mm512_loadu_si512(next);
    wide[0] = _mm512_xor_si512(wide[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~crc)));
    for (; left >= 256; left -= 256)
        for (int i = 0; i < 4; i++, next += 64) wide[i] = fold_four(wide[i], over_2048, _mm512_loadu_si512(next));
    __m512i rest = wide[0];
    for (int i = 1; i < 4; i++) rest = fold_four(rest, over_512, wide[i]);
    for (; left >= 64; left -= 64, next += 64) rest = fold_four(rest, over_512, _mm512_loadu_si512(next));
    _mm512_storeu_si512(lane, rest);
    *bytes = next;
    *count = left;
}

static bool folds_wide(void) {
    static int known;                           // 0 not yet asked, 1 no, 2 yes
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer == 0) {
        answer = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("vpclmulqdq") ? 2 : 1;
        __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    }
    return answer == 2;
}

__attribute__((target("pclmul,sse4.1")))
uint32_t storage_crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count) {
    const __m128i over_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);     // x^480, x^544
    const __m128i over_128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);     // x^96, x^160
    const __m128i over_64 = _mm_set_epi64x(0, 0x163cd6124);                // x^64
    const __m128i reduction = _mm_set_epi64x(0x1f7011641, 0x1db710641);    // x^64 div P, P
    const __m128i low_32 = _mm_setr_epi32(-1, 0, -1, 0);
    __m128i lane[4];
    if (count >= 256 && folds_wide()) {
        fold_wide(crc, &bytes, &count, lane);
    } else {
        for (int i = 0; i < 4; i++) lane[i] = _mm_loadu_si128((const __m128i *)bytes + i);
        lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi32_si128((int)~crc));
        bytes += 64;
        count -= 64;
    }
    const __m128i *next = (const __m128i *)bytes;
    for (; count >= 64; count -= 64) {
        for (int i = 0; i < 4; i++) lane[i] = fold(lane[i], over_512, _mm_loadu_si128(next++));
    }
    __m128i rest = lane[0];
    for (int i = 1; i < 4; i++) rest = fold(rest, over_128, lane[i]);
    for (; count >= 16; count -= 16) rest = fold(rest, over_128, _mm_loadu_si128(next++));
    // 128 bits to 96, to 64, and Barrett's reduction to 32.
    rest = _mm_xor_si128(_mm_srli_si128(rest, 8), _mm_clmulepi64_si128(rest, over_128, 0x10));
    rest = _mm_xor_si128(_mm_srli_si128(rest, 4), _mm_clmulepi64_si128(_mm_and_si128(rest, low_32), over_64, 0x00));
    __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(rest, low_32), reduction, 0x10);
    __m128i product = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_32), reduction, 0x00);
    return ~(uint32_t)_mm_extract_epi32(_mm_xor_si128(rest, product), 1);
}
#else
bool storage_has_fast_crc32(void) { return false; }
uint32_t storage_crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count) { return crc; }
#endif
