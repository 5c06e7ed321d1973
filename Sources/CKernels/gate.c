#include "CKernels.h"
#include "fastmath.h"

VECTORIZED void ck_gated_residual(float *restrict out, float *restrict pre, const float *restrict x,
                                  const float *restrict context, const float *restrict bias, size_t rows, size_t h) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < h; i++) {
            size_t k = r * h + i;
            float gate = fast_sigmoid(pre[k] + bias[i]);
            pre[k] = gate;
            out[k] = x[k] + gate * (x[k] + context[k]);
        }
    }
}

VECTORIZED void ck_gated_residual_scalar(float *restrict out, float *restrict pre, const float *restrict x,
                                         const float *restrict context, size_t group,
                                         const float *restrict context_weight, const float *restrict bias, size_t rows,
                                         size_t h) {
    for (size_t r = 0; r < rows; r++) {
        float c = context[r / group];
        for (size_t i = 0; i < h; i++) {
            size_t k = r * h + i;
            float gate = fast_sigmoid(pre[k] + c * context_weight[i] + bias[i]);
            pre[k] = gate;
            out[k] = x[k] + gate * (x[k] + c);
        }
    }
}

VECTORIZED void ck_gated_residual_backward(float *restrict gradient_pre, float *restrict gradient_x, int accumulate_x,
                                           float *restrict gradient_context, const float *restrict gradient_out,
                                           const float *restrict gate, const float *restrict x,
                                           const float *restrict context, size_t rows, size_t h) {
    float keep = accumulate_x ? 1.0f : 0.0f;
    for (size_t k = 0; k < rows * h; k++) {
        float g = gradient_out[k], s = gate[k];
        gradient_pre[k] = g * (x[k] + context[k]) * s * (1 - s);
        gradient_x[k] = (keep != 0 ? gradient_x[k] : 0) + g * (1 + s);
        gradient_context[k] += g * s;
    }
}

VECTORIZED void ck_gated_residual_scalar_backward(float *restrict gradient_pre, float *restrict gradient_x,
                                                  int accumulate_x, float *restrict row_gradient,
                                                  const float *restrict gradient_out, const float *restrict gate,
                                                  const float *restrict x, const float *restrict context, size_t group,
                                                  const float *restrict context_weight, size_t rows, size_t h) {
    REASSOCIATE
    int keep = accumulate_x != 0;
    for (size_t r = 0; r < rows; r++) {
        float c = context[r / group], sum = 0;
        for (size_t i = 0; i < h; i++) {
            size_t k = r * h + i;
            float g = gradient_out[k], s = gate[k];
            float p = g * (x[k] + c) * s * (1 - s);
            gradient_pre[k] = p;
            gradient_x[k] = (keep ? gradient_x[k] : 0) + g * (1 + s);
            sum += g * s + p * context_weight[i];
        }
        row_gradient[r] = sum;
    }
}
