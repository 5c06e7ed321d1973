#include "CKernels.h"
#include "fastmath.h"
#include <math.h>

VECTORIZED void ck_accumulate_moments(double *restrict sum, double *restrict squares, const float *restrict x,
                                      size_t rows, size_t columns, size_t stride) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * stride;
        for (size_t c = 0; c < columns; c++) {
            double y = row[c];
            sum[c] += y;
            squares[c] += y * y;
        }
    }
}

VECTORIZED void ck_normalize_columns(float *restrict out, const float *restrict x, size_t rows, size_t columns,
                                     const float *restrict mean, const float *restrict scale,
                                     const float *restrict shift) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        float *target = out + r * columns;
        for (size_t c = 0; c < columns; c++) target[c] = (row[c] - mean[c]) * scale[c] + shift[c];
    }
}

VECTORIZED void ck_normalize_columns_parameter_gradients(float *restrict weight_gradient, float *restrict bias_gradient,
                                                         const float *restrict gradient, const float *restrict x,
                                                         size_t rows, size_t columns, size_t stride,
                                                         const float *restrict mean, const float *restrict inverse) {
    for (size_t r = 0; r < rows; r++) {
        const float *g = gradient + r * stride, *row = x + r * stride;
        for (size_t c = 0; c < columns; c++) {
            weight_gradient[c] += g[c] * ((row[c] - mean[c]) * inverse[c]);
            bias_gradient[c] += g[c];
        }
    }
}

VECTORIZED void ck_layer_norm(float *restrict out, float *restrict mean, float *restrict inverse,
                              const float *restrict x, size_t rows, size_t columns, const float *restrict weight,
                              const float *restrict bias, float epsilon) {
    REASSOCIATE
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        float *target = out + r * columns;
        float sum = 0;
        for (size_t c = 0; c < columns; c++) sum += row[c];
        float centre = sum / columns, squares = 0;
        for (size_t c = 0; c < columns; c++) squares += (row[c] - centre) * (row[c] - centre);
        float scale = 1.0f / sqrtf(squares / columns + epsilon);
        mean[r] = centre;
        inverse[r] = scale;
        for (size_t c = 0; c < columns; c++) target[c] = (row[c] - centre) * scale * weight[c] + bias[c];
    }
}

VECTORIZED void ck_layer_norm_backward(float *restrict gradient_in, int accumulate, float *restrict weight_gradient,
                                       float *restrict bias_gradient, const float *restrict gradient_out,
                                       const float *restrict x, const float *restrict mean,
                                       const float *restrict inverse, const float *restrict weight, size_t rows,
                                       size_t columns) {
    REASSOCIATE
    for (size_t r = 0; r < rows; r++) {
        const float *g = gradient_out + r * columns, *row = x + r * columns;
        float *target = gradient_in + r * columns;
        float centre = mean[r], scale = inverse[r];
        float sum = 0, projected = 0;
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
}
