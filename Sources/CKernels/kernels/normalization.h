#include "fastmath.h"
#include <math.h>

INLINE void add_moments(double *restrict sum, double *restrict squares, const float *restrict row, size_t columns) {
    for (size_t c = 0; c < columns; c++) {
        double y = row[c];
        sum[c] += y;
        squares[c] += y * y;
    }
}

static void ck_accumulate_moments(double *sum, double *squares, ck_matrix x) {
    for (size_t r = 0; r < x.rows; r++) add_moments(sum, squares, x.values + r * x.stride, x.columns);
}

INLINE void normalize_row(float *restrict out, const float *restrict row, size_t columns, const float *restrict mean,
                          const float *restrict scale, const float *restrict shift) {
    for (size_t c = 0; c < columns; c++) out[c] = (row[c] - mean[c]) * scale[c] + shift[c];
}

static void ck_normalize_columns(ck_matrix out, ck_matrix x, const float *mean, const float *scale, const float *shift) {
    for (size_t r = 0; r < x.rows; r++)
        normalize_row(out.values + r * out.stride, x.values + r * x.stride, x.columns, mean, scale, shift);
}

INLINE void add_parameter_gradients(float *restrict weight_gradient, float *restrict bias_gradient,
                                    const float *restrict g, const float *restrict row, size_t columns,
                                    const float *restrict mean, const float *restrict inverse) {
    for (size_t c = 0; c < columns; c++) {
        weight_gradient[c] += g[c] * ((row[c] - mean[c]) * inverse[c]);
        bias_gradient[c] += g[c];
    }
}

static void ck_normalize_columns_parameter_gradients(float *weight_gradient, float *bias_gradient, ck_matrix gradient,
                                                         ck_matrix x, const float *mean, const float *inverse) {
    for (size_t r = 0; r < x.rows; r++)
        add_parameter_gradients(weight_gradient, bias_gradient, gradient.values + r * gradient.stride,
                                x.values + r * x.stride, x.columns, mean, inverse);
}

INLINE void layer_norm_row(float *restrict out, float *restrict mean, float *restrict inverse, const float *restrict row,
                           size_t columns, const float *restrict weight, const float *restrict bias, float epsilon) {
    REASSOCIATE
    float sum = 0;
    IN_LANES
    for (size_t c = 0; c < columns; c++) sum += row[c];
    float centre = sum / columns, squares = 0;
    IN_LANES
    for (size_t c = 0; c < columns; c++) squares += (row[c] - centre) * (row[c] - centre);
    float scale = 1.0f / sqrtf(squares / columns + epsilon);
    *mean = centre;
    *inverse = scale;
    for (size_t c = 0; c < columns; c++) out[c] = (row[c] - centre) * scale * weight[c] + bias[c];
}

static void ck_layer_norm(ck_matrix out, float *mean, float *inverse, ck_matrix x, const float *weight,
                              const float *bias, float epsilon) {
    for (size_t r = 0; r < x.rows; r++)
        layer_norm_row(out.values + r * out.stride, mean + r, inverse + r, x.values + r * x.stride, x.columns, weight, bias,
                       epsilon);
}

INLINE void layer_norm_row_backward(float *restrict target, int accumulate, float *restrict weight_gradient,
                                    float *restrict bias_gradient, const float *restrict g, const float *restrict row,
                                    size_t columns, float centre, float scale, const float *restrict weight) {
    REASSOCIATE
    float sum = 0, projected = 0;
    IN_LANES
    for (size_t c = 0; c < columns; c++) {
        float normal = (row[c] - centre) * scale, weighted = g[c] * weight[c];
        sum += weighted;
        projected += weighted * normal;
        weight_gradient[c] += g[c] * normal;
        bias_gradient[c] += g[c];
    }
    sum /= columns;
    projected /= columns;
    if (accumulate) {
        for (size_t c = 0; c < columns; c++)
            target[c] += scale * (g[c] * weight[c] - sum - (row[c] - centre) * scale * projected);
    } else {
        for (size_t c = 0; c < columns; c++)
            target[c] = scale * (g[c] * weight[c] - sum - (row[c] - centre) * scale * projected);
    }
}

static void ck_layer_norm_backward(ck_matrix gradient_in, int accumulate, float *weight_gradient, float *bias_gradient,
                                       ck_matrix gradient_out, ck_matrix x, const float *mean, const float *inverse,
                                       const float *weight) {
    for (size_t r = 0; r < x.rows; r++)
        layer_norm_row_backward(gradient_in.values + r * gradient_in.stride, accumulate, weight_gradient, bias_gradient,
                                gradient_out.values + r * gradient_out.stride, x.values + r * x.stride, x.columns, mean[r],
                                inverse[r], weight);
}
