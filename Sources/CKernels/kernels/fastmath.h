#pragma once
// Branch-free single-precision functions that compilers vectorise.
#include <stdint.h>
#include <string.h>
#include <CMultiversion.h>

/// e^x with a relative error of about 2 ulp; saturates outside [-87, 88].
INLINE float fast_exp(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    // Round to the nearest integer by adding and taking away 1.5 * 2^23.
    const float magic = 12582912.0f;
    float rounded = x * 1.44269504088896341f + magic;
    int32_t bits;
    memcpy(&bits, &rounded, 4);
    float k = rounded - magic;
    float f = x - k * 0.693145751953125f;   // ln 2 in two parts
    f = f - k * 1.42860682030941723212e-6f;
    // Taylor's series to the seventh power: |f| <= ln(2)/2 leaves 1e-8.
    float p = 1.0f / 5040;
    p = p * f + 1.0f / 720;
    p = p * f + 1.0f / 120;
    p = p * f + 1.0f / 24;
    p = p * f + 1.0f / 6;
    p = p * f + 0.5f;
    p = p * f * f + f + 1.0f;
    uint32_t scale_bits = ((uint32_t)bits + 127u - 0x4B400000u) << 23;
    float scale;
    memcpy(&scale, &scale_bits, 4);
    return p * scale;
}

INLINE float fast_sigmoid(float x) { return 1.0f / (1.0f + fast_exp(-x)); }

/// tanh by its odd power series near 0 (where 1 - 2/(e^2x + 1) cancels) and by the exponential elsewhere.
INLINE float fast_tanh(float x) {
    float square = x * x;
    // x - x^3/3 + 2x^5/15 - 17x^7/315 + 62x^9/2835 - 1382x^11/155925 + 21844x^13/6081075
    float p = 21844.0f / 6081075;
    p = p * square - 1382.0f / 155925;
    p = p * square + 62.0f / 2835;
    p = p * square - 17.0f / 315;
    p = p * square + 2.0f / 15;
    p = p * square - 1.0f / 3;
    float near = x + x * square * p;
    float far = 1.0f - 2.0f / (fast_exp(2.0f * x) + 1.0f);
    return square < 0.16f ? near : far;
}

/// erf by Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
INLINE float fast_erf(float x) {
    float magnitude = x < 0 ? -x : x;
    float t = 1.0f / (1.0f + 0.3275911f * magnitude);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    float y = 1.0f - p * t * fast_exp(-magnitude * magnitude);
    return x < 0 ? -y : y;
}

/// A random 32-bit number for an element of a dropout mask: two rounds of a multiply-xorshift mixer over index and key.
INLINE uint32_t mask_bits(uint32_t index, uint32_t key_low, uint32_t key_high) {
    uint32_t x = index + key_low;
    x ^= x >> 16; x *= 0x7feb352dU; x ^= x >> 15; x *= 0x846ca68bU; x ^= x >> 16;
    x += key_high;
    x ^= x >> 16; x *= 0x7feb352dU; x ^= x >> 15; x *= 0x846ca68bU; x ^= x >> 16;
    return x;
}
