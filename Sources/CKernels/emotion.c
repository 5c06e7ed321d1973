#include "CKernels.h"
#include "fastmath.h"

VECTORIZED void ck_emotion_tile(float *restrict tile, const float *restrict target, size_t target_step,
                                const float *restrict source, size_t source_step, size_t rows, size_t columns,
                                size_t first_row, float scale) {
    for (size_t i = 0; i < rows; i++) {
        float t = target[i * target_step];
        float *row = tile + i * columns;
        for (size_t j = 0; j < columns; j++) row[j] = scale * fast_tanh(t + source[j * source_step]);
        if (first_row + i < columns) row[first_row + i] = 0;
    }
}

VECTORIZED void ck_emotion_tile_backward(float *restrict target_gradient, size_t target_step,
                                         float *restrict source_gradient, size_t source_step,
                                         const float *restrict tile, const float *restrict p, size_t rows,
                                         size_t columns, size_t first_row, float scale) {
    REASSOCIATE
    // tile = scale * tanh, so scale * (1 - tanh^2) = scale - tile^2 / scale.
    float inverse = 1.0f / scale;
    for (size_t i = 0; i < rows; i++) {
        const float *t = tile + i * columns, *g = p + i * columns;
        float sum = 0;
        for (size_t j = 0; j < columns; j++) {
            float q = g[j] * (scale - t[j] * t[j] * inverse);
            q = j == first_row + i ? 0 : q;
            sum += q;
            source_gradient[j * source_step] += q;
        }
        target_gradient[i * target_step] += sum;
    }
}

VECTORIZED void ck_emotion_scores_backward(float *restrict x_gradient, float *restrict w_t_gradient,
                                           float *restrict w_s_gradient, const float *restrict x,
                                           const float *restrict target, const float *restrict source,
                                           const float *restrict w_t, const float *restrict w_s, size_t rows, size_t h) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * h;
        float *g = x_gradient + r * h;
        float t = target[r], s = source[r];
        for (size_t c = 0; c < h; c++) {
            g[c] += t * w_t[c] + s * w_s[c];
            w_t_gradient[c] += t * row[c];
            w_s_gradient[c] += s * row[c];
        }
    }
}

VECTORIZED void ck_emotion_across(float *restrict out, const float *restrict x, const float *restrict target,
                                  const float *restrict source, size_t rows, size_t m_count, size_t h, float scale) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t m = 0; m < m_count; m++) {
            float *o = out + (i * m_count + m) * h;
            for (size_t k = 0; k < m_count; k++) {
                if (k == m) continue;
                float weight = scale * fast_tanh(target[i * m_count + m] + source[i * m_count + k]);
                const float *row = x + (i * m_count + k) * h;
                for (size_t c = 0; c < h; c++) o[c] += weight * row[c];
            }
        }
    }
}

VECTORIZED void ck_emotion_across_backward(float *restrict gradient_x, float *restrict target_gradient,
                                           float *restrict source_gradient, const float *restrict gradient_out,
                                           const float *restrict x, const float *restrict target,
                                           const float *restrict source, size_t rows, size_t m_count, size_t h,
                                           float scale) {
    REASSOCIATE
    for (size_t i = 0; i < rows; i++) {
        for (size_t m = 0; m < m_count; m++) {
            const float *g = gradient_out + (i * m_count + m) * h;
            for (size_t k = 0; k < m_count; k++) {
                if (k == m) continue;
                float activation = fast_tanh(target[i * m_count + m] + source[i * m_count + k]);
                float weight = scale * activation, product = 0;
                const float *row = x + (i * m_count + k) * h;
                float *gx = gradient_x + (i * m_count + k) * h;
                for (size_t c = 0; c < h; c++) {
                    product += g[c] * row[c];
                    gx[c] += weight * g[c];
                }
                float q = product * scale * (1 - activation * activation);
                target_gradient[i * m_count + m] += q;
                source_gradient[i * m_count + k] += q;
            }
        }
    }
}
