#include "fastmath.h"

INLINE void tile_row(float *restrict row, float target, const float *restrict source, size_t step, size_t columns,
                     float scale) {
    for (size_t j = 0; j < columns; j++) row[j] = scale * fast_tanh(target + source[j * step]);
}

static void ck_emotion_tile(ck_matrix tile, ck_matrix target, ck_matrix source, size_t first_row, float scale) {
    for (size_t i = 0; i < tile.rows; i++) {
        float *row = tile.values + i * tile.stride;
        tile_row(row, target.values[i * target.stride], source.values, source.stride, tile.columns, scale);
        if (first_row + i < tile.columns) row[first_row + i] = 0;
    }
}

// tile = scale * tanh, so scale * (1 - tanh^2) = scale - tile^2 / scale.
INLINE float tile_row_backward(float *restrict source_gradient, size_t step, const float *restrict t,
                               const float *restrict g, size_t columns, size_t diagonal, float scale, float inverse) {
    REASSOCIATE
    float sum = 0;
    IN_LANES
    for (size_t j = 0; j < columns; j++) {
        float q = g[j] * (scale - t[j] * t[j] * inverse);
        q = j == diagonal ? 0 : q;
        sum += q;
        source_gradient[j * step] += q;
    }
    return sum;
}

static void ck_emotion_tile_backward(ck_matrix target_gradient, ck_matrix source_gradient, ck_matrix tile, ck_matrix p,
                                         size_t first_row, float scale) {
    REASSOCIATE
    float inverse = 1.0f / scale;
    for (size_t i = 0; i < tile.rows; i++)
        target_gradient.values[i * target_gradient.stride] +=
            tile_row_backward(source_gradient.values, source_gradient.stride, tile.values + i * tile.stride,
                              p.values + i * p.stride, tile.columns, first_row + i, scale, inverse);
}

INLINE void scores_row_backward(float *restrict g, float *restrict w_t_gradient, float *restrict w_s_gradient,
                                const float *restrict row, float t, float s, const float *restrict w_t,
                                const float *restrict w_s, size_t h) {
    for (size_t c = 0; c < h; c++) {
        g[c] += t * w_t[c] + s * w_s[c];
        w_t_gradient[c] += t * row[c];
        w_s_gradient[c] += s * row[c];
    }
}

static void ck_emotion_scores_backward(ck_matrix x_gradient, ck_matrix gate_gradient, ck_matrix x, const float *target,
                                           const float *source, ck_matrix gate) {
    for (size_t r = 0; r < x.rows; r++)
        scores_row_backward(x_gradient.values + r * x_gradient.stride, gate_gradient.values,
                            gate_gradient.values + gate_gradient.stride, x.values + r * x.stride, target[r], source[r],
                            gate.values, gate.values + gate.stride, x.columns);
}

INLINE void add_weighted(float *restrict out, float weight, const float *restrict row, size_t h) {
    for (size_t c = 0; c < h; c++) out[c] += weight * row[c];
}

static void ck_emotion_across(ck_matrix out, ck_matrix x, ck_matrix target, ck_matrix source, float scale) {
    const size_t streams = target.columns, h = x.columns / streams;
    for (size_t i = 0; i < x.rows; i++) {
        const float *t = target.values + i * target.stride, *s = source.values + i * source.stride;
        for (size_t m = 0; m < streams; m++) {
            for (size_t k = 0; k < streams; k++) {
                if (k == m) continue;
                float weight = scale * fast_tanh(t[m] + s[k]);
                add_weighted(out.values + i * out.stride + m * h, weight, x.values + i * x.stride + k * h, h);
            }
        }
    }
}

/// gx += weight * g; returns g . row
INLINE float back_and_dot(float *restrict gx, float weight, const float *restrict g, const float *restrict row, size_t h) {
    REASSOCIATE
    float product = 0;
    IN_LANES
    for (size_t c = 0; c < h; c++) {
        product += g[c] * row[c];
        gx[c] += weight * g[c];
    }
    return product;
}

static void ck_emotion_across_backward(ck_matrix gradient_x, ck_matrix target_gradient, ck_matrix source_gradient,
                                           ck_matrix gradient_out, ck_matrix x, ck_matrix target, ck_matrix source,
                                           float scale) {
    REASSOCIATE
    const size_t streams = target.columns, h = x.columns / streams;
    for (size_t i = 0; i < x.rows; i++) {
        const float *t = target.values + i * target.stride, *s = source.values + i * source.stride;
        for (size_t m = 0; m < streams; m++) {
            const float *g = gradient_out.values + i * gradient_out.stride + m * h;
            for (size_t k = 0; k < streams; k++) {
                if (k == m) continue;
                float activation = fast_tanh(t[m] + s[k]);
                float product = back_and_dot(gradient_x.values + i * gradient_x.stride + k * h, scale * activation, g,
                                             x.values + i * x.stride + k * h, h);
                float q = product * scale * (1 - activation * activation);
                target_gradient.values[i * target_gradient.stride + m] += q;
                source_gradient.values[i * source_gradient.stride + k] += q;
            }
        }
    }
}
