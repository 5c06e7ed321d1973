// CRC-32 by carry-less products: V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction", Intel, 2009. Bit order is reflected, as in zlib.
#include "CChecksums.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#include <wmmintrin.h>

// x^n modulo the polynomial, reflected, for the distances at which 16 bytes are folded: 4 × 128 ± 32 bits and 128 ± 32.
static const uint64_t by_64_bytes[2] = {0x154442bd4, 0x1c6e41596};
static const uint64_t by_16_bytes[2] = {0x1751997d0, 0x0ccaa009e};

__attribute__((target("pclmul,sse2"))) static inline __m128i fold(__m128i value, __m128i distance, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(value, distance, 0x00);
    __m128i high = _mm_clmulepi64_si128(value, distance, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse2"))) static inline __m128i load(const unsigned char *bytes) {
    return _mm_loadu_si128((const __m128i *)bytes);
}

__attribute__((target("pclmul,sse2"))) static size_t fold_all(
    uint32_t crc, const unsigned char *bytes, size_t count, unsigned char folded[16]) {
    // Four lanes, because a product takes longer than the next one has to wait to begin.
    __m128i lanes[4];
    for (int lane = 0; lane < 4; lane++) lanes[lane] = load(bytes + 16 * lane);
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)~crc));
    size_t done = 64;
    __m128i distance = load((const unsigned char *)by_64_bytes);
    for (; count - done >= 64; done += 64)
        for (int lane = 0; lane < 4; lane++) lanes[lane] = fold(lanes[lane], distance, load(bytes + done + 16 * lane));
    distance = load((const unsigned char *)by_16_bytes);
    __m128i value = lanes[0];
    for (int lane = 1; lane < 4; lane++) value = fold(value, distance, lanes[lane]);
    for (; count - done >= 16; done += 16) value = fold(value, distance, load(bytes + done));
    _mm_storeu_si128((__m128i *)folded, value);
    return done;
}

size_t checksum_fold_crc32(uint32_t crc, const unsigned char *bytes, size_t count, unsigned char folded[16]) {
    if (count < 128 || !__builtin_cpu_supports("pclmul")) return 0;
    return fold_all(crc, bytes, count, folded);
}
#else
size_t checksum_fold_crc32(uint32_t crc, const unsigned char *bytes, size_t count, unsigned char folded[16]) {
    (void)crc; (void)bytes; (void)count; (void)folded;
    return 0;
}
#endif
