#include "fastmath.h"

static void ck_fill(float *out, size_t count, float value) {
    for (size_t i = 0; i < count; i++) out[i] = value;
}

static void ck_add_scaled(float *restrict out, const float *restrict x, float scale, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] += scale * x[i];
}

static void ck_add(float *out, const float *a, const float *b, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = a[i] + b[i];
}

static void ck_gelu(float *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = 0.5f * x[i] * (1.0f + fast_erf(x[i] * 0.70710678118654752f));
}

static void ck_gelu_backward(float *restrict gradient_in, const float *restrict gradient_out,
                                 const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float phi = 0.5f * (1.0f + fast_erf(x[i] * 0.70710678118654752f));
        float density = 0.39894228040143268f * fast_exp(-0.5f * x[i] * x[i]);
        gradient_in[i] += gradient_out[i] * (phi + x[i] * density);
    }
}

/// max(0, y), and NaN where y is NaN, as in PyTorch: a model that has gone astray must not look sound.
INLINE float relu_of(float y) { return y <= 0 ? 0 : y; }

/// The gradient behind ReLU's output: 0 where the output is 0. What is NaN passes.
INLINE float relu_slope(float output, float gradient) { return output <= 0 ? 0 : gradient; }

INLINE void activate_row(float *restrict row, size_t columns, const float *restrict bias, int relu) {
    if (bias && relu) {
        for (size_t c = 0; c < columns; c++) {
            float y = row[c] + bias[c];
            row[c] = relu_of(y);
        }
    } else if (bias) {
        for (size_t c = 0; c < columns; c++) row[c] += bias[c];
    } else if (relu) {
        for (size_t c = 0; c < columns; c++) row[c] = relu_of(row[c]);
    }
}

static void ck_bias_activation(ck_matrix x, const float *bias, int relu) {
    for (size_t r = 0; r < x.rows; r++) activate_row(x.values + r * x.stride, x.columns, bias, relu);
}

static void ck_relu_mask(float *restrict gradient, const float *restrict output, size_t count) {
    for (size_t i = 0; i < count; i++) gradient[i] = relu_slope(output[i], gradient[i]);
}

/// What an element is multiplied by: 0 with probability p, otherwise 1 / (1 - p).
INLINE float keep(ck_mask mask, size_t i, uint32_t threshold, float scale) {
    uint32_t bits = mask_bits((uint32_t)(mask.first + i), (uint32_t)mask.key, (uint32_t)(mask.key >> 32));
    return bits >= threshold ? scale : 0.0f;
}

INLINE uint32_t threshold_of(ck_mask mask) { return (uint32_t)((double)mask.p * 4294967296.0); }
INLINE float scale_of(ck_mask mask) { return 1.0f / (1.0f - mask.p); }

static void ck_dropout(float *out, const float *x, size_t count, ck_mask mask) {
    const uint32_t threshold = threshold_of(mask);
    const float scale = scale_of(mask);
    for (size_t i = 0; i < count; i++) out[i] = x[i] * keep(mask, i, threshold, scale);
}

static void ck_add_dropout(float *out, const float *a, const float *x, size_t count, ck_mask mask) {
    const uint32_t threshold = threshold_of(mask);
    const float scale = scale_of(mask);
    for (size_t i = 0; i < count; i++) out[i] = a[i] + x[i] * keep(mask, i, threshold, scale);
}

static void ck_accumulate_dropout(float *restrict out, const float *restrict x, size_t count, ck_mask mask) {
    const uint32_t threshold = threshold_of(mask);
    const float scale = scale_of(mask);
    for (size_t i = 0; i < count; i++) out[i] += x[i] * keep(mask, i, threshold, scale);
}

static void ck_dropout_relu(float *out, const float *x, size_t count, ck_mask mask) {
    const uint32_t threshold = threshold_of(mask);
    const float scale = scale_of(mask);
    for (size_t i = 0; i < count; i++) out[i] = relu_of(x[i] * keep(mask, i, threshold, scale));
}

static void ck_dropout_relu_backward(float *restrict gradient_in, const float *restrict gradient_out,
                                         const float *restrict output, size_t count, ck_mask mask) {
    const uint32_t threshold = threshold_of(mask);
    const float scale = scale_of(mask);
    for (size_t i = 0; i < count; i++) {
        float g = gradient_out[i] * keep(mask, i, threshold, scale);
        gradient_in[i] += relu_slope(output[i], g);
    }
}
