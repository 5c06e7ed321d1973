#include "CKernels.h"
#include "fastmath.h"
#include <math.h>

VECTORIZED float ck_dot(const float *restrict a, const float *restrict b, size_t count) {
    REASSOCIATE
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

VECTORIZED void ck_accumulate_column_sums(float *restrict out, const float *restrict x, size_t rows, size_t columns,
                                          size_t stride) {
    // Four rows at a time: `out` is read and written a quarter as often.
    size_t r = 0;
    for (; r + 4 <= rows; r += 4) {
        const float *a = x + r * stride, *b = a + stride, *c = b + stride, *d = c + stride;
        for (size_t k = 0; k < columns; k++) out[k] += (a[k] + b[k]) + (c[k] + d[k]);
    }
    for (; r < rows; r++) {
        const float *row = x + r * stride;
        for (size_t k = 0; k < columns; k++) out[k] += row[k];
    }
}

void ck_gather_rows(float *out, size_t out_stride, const float *x, size_t x_stride, const int32_t *index, size_t rows,
                    size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        if (index[r] < 0) memset(out + r * out_stride, 0, columns * sizeof(float));
        else memcpy(out + r * out_stride, x + (size_t)index[r] * x_stride, columns * sizeof(float));
    }
}

VECTORIZED void ck_scatter_add_rows(float *restrict out, size_t out_stride, const float *restrict x, size_t x_stride,
                                    const int32_t *restrict index, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        if (index[r] < 0) continue;
        float *target = out + (size_t)index[r] * out_stride;
        const float *source = x + r * x_stride;
        for (size_t c = 0; c < columns; c++) target[c] += source[c];
    }
}

void ck_log_softmax_rows(float *out, const float *x, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        float largest = row[0];
        for (size_t c = 1; c < columns; c++) largest = row[c] > largest ? row[c] : largest;
        double sum = 0;
        for (size_t c = 0; c < columns; c++) sum += exp((double)row[c] - largest);
        float logarithm = (float)log(sum);
        for (size_t c = 0; c < columns; c++) out[r * columns + c] = row[c] - largest - logarithm;
    }
}

VECTORIZED void ck_softmax_rows(float *x, size_t rows, size_t columns, size_t stride) {
    REASSOCIATE
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * stride;
        float largest = row[0];
        for (size_t c = 1; c < columns; c++) largest = row[c] > largest ? row[c] : largest;
        float sum = 0;
        for (size_t c = 0; c < columns; c++) {
            float e = fast_exp(row[c] - largest);
            row[c] = e;
            sum += e;
        }
        float inverse = 1.0f / sum;
        for (size_t c = 0; c < columns; c++) row[c] *= inverse;
    }
}

VECTORIZED void ck_softmax_backward(float *restrict gradient, const float *restrict weights, float sum, size_t count) {
    for (size_t i = 0; i < count; i++) gradient[i] = weights[i] * (gradient[i] - sum);
}
