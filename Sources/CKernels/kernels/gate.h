#include "fastmath.h"

INLINE void residual_row(float *restrict out, float *restrict pre, const float *restrict x, const float *restrict context,
                         const float *restrict bias, size_t h) {
    for (size_t i = 0; i < h; i++) {
        float gate = fast_sigmoid(pre[i] + bias[i]);
        pre[i] = gate;
        out[i] = x[i] + gate * (x[i] + context[i]);
    }
}

static void ck_gated_residual(ck_matrix out, ck_matrix pre, ck_matrix x, ck_matrix context, const float *bias) {
    for (size_t r = 0; r < x.rows; r++)
        residual_row(out.values + r * out.stride, pre.values + r * pre.stride, x.values + r * x.stride,
                     context.values + r * context.stride, bias, x.columns);
}

INLINE void residual_row_backward(float *restrict gradient_pre, float *restrict gradient_x, int accumulate_x,
                                  float *restrict gradient_context, const float *restrict gradient_out,
                                  const float *restrict gate, const float *restrict x, const float *restrict context,
                                  size_t h) {
    for (size_t i = 0; i < h; i++) {
        float g = gradient_out[i], s = gate[i];
        gradient_pre[i] = g * (x[i] + context[i]) * s * (1 - s);
        gradient_x[i] = (accumulate_x ? gradient_x[i] : 0) + g * (1 + s);
        gradient_context[i] += g * s;
    }
}

static void ck_gated_residual_backward(ck_matrix gradient_pre, ck_matrix gradient_x, int accumulate_x,
                                           ck_matrix gradient_context, ck_matrix gradient_out, ck_matrix gate, ck_matrix x,
                                           ck_matrix context) {
    for (size_t r = 0; r < x.rows; r++)
        residual_row_backward(gradient_pre.values + r * gradient_pre.stride, gradient_x.values + r * gradient_x.stride,
                              accumulate_x, gradient_context.values + r * gradient_context.stride,
                              gradient_out.values + r * gradient_out.stride, gate.values + r * gate.stride,
                              x.values + r * x.stride, context.values + r * context.stride, x.columns);
}

INLINE void scalar_residual_row(float *restrict out, float *restrict pre, const float *restrict x, float c,
                                const float *restrict context_weight, const float *restrict bias, size_t h) {
    for (size_t i = 0; i < h; i++) {
        float gate = fast_sigmoid(pre[i] + c * context_weight[i] + bias[i]);
        pre[i] = gate;
        out[i] = x[i] + gate * (x[i] + c);
    }
}

static void ck_gated_residual_scalar(ck_matrix out, ck_matrix pre, ck_matrix x, ck_row_context context,
                                         const float *bias) {
    for (size_t r = 0; r < x.rows; r++)
        scalar_residual_row(out.values + r * out.stride, pre.values + r * pre.stride, x.values + r * x.stride,
                            context.values[r / context.group], context.weight, bias, x.columns);
}

INLINE float scalar_residual_row_backward(float *restrict gradient_pre, float *restrict gradient_x, int accumulate_x,
                                          const float *restrict gradient_out, const float *restrict gate,
                                          const float *restrict x, float c, const float *restrict context_weight,
                                          size_t h) {
    REASSOCIATE
    float sum = 0;
    IN_LANES
    for (size_t i = 0; i < h; i++) {
        float g = gradient_out[i], s = gate[i];
        float p = g * (x[i] + c) * s * (1 - s);
        gradient_pre[i] = p;
        gradient_x[i] = (accumulate_x ? gradient_x[i] : 0) + g * (1 + s);
        sum += g * s + p * context_weight[i];
    }
    return sum;
}

static void ck_gated_residual_scalar_backward(ck_matrix gradient_pre, ck_matrix gradient_x, int accumulate_x,
                                                  float *row_gradient, ck_matrix gradient_out, ck_matrix gate, ck_matrix x,
                                                  ck_row_context context) {
    for (size_t r = 0; r < x.rows; r++)
        row_gradient[r] = scalar_residual_row_backward(
            gradient_pre.values + r * gradient_pre.stride, gradient_x.values + r * gradient_x.stride, accumulate_x,
            gradient_out.values + r * gradient_out.stride, gate.values + r * gate.stride, x.values + r * x.stride,
            context.values[r / context.group], context.weight, x.columns);
}
