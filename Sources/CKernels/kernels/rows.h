#include "fastmath.h"
#include <math.h>

static float ck_dot(const float *restrict a, const float *restrict b, size_t count) {
    REASSOCIATE
    float sum = 0;
    IN_LANES
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

INLINE void add_four_rows(float *restrict out, const float *restrict a, size_t stride, size_t columns) {
    const float *b = a + stride, *c = b + stride, *d = c + stride;
    for (size_t k = 0; k < columns; k++) out[k] += (a[k] + b[k]) + (c[k] + d[k]);
}

INLINE void add_row(float *restrict out, const float *restrict x, size_t columns) {
    for (size_t k = 0; k < columns; k++) out[k] += x[k];
}

static void ck_accumulate_column_sums(float *out, ck_matrix x) {
    // Four rows at a time: `out` is read and written a quarter as often.
    size_t r = 0;
    for (; r + 4 <= x.rows; r += 4) add_four_rows(out, x.values + r * x.stride, x.stride, x.columns);
    for (; r < x.rows; r++) add_row(out, x.values + r * x.stride, x.columns);
}

static void ck_gather_rows(ck_matrix out, ck_matrix x, const int32_t *index) {
    for (size_t r = 0; r < out.rows; r++) {
        float *target = out.values + r * out.stride;
        if (index[r] < 0) memset(target, 0, out.columns * sizeof(float));
        else memcpy(target, x.values + (size_t)index[r] * x.stride, out.columns * sizeof(float));
    }
}

static void ck_scatter_add_rows(ck_matrix out, ck_matrix x, const int32_t *index) {
    for (size_t r = 0; r < x.rows; r++) {
        if (index[r] >= 0) add_row(out.values + (size_t)index[r] * out.stride, x.values + r * x.stride, x.columns);
    }
}

static void ck_log_softmax_rows(ck_matrix out, ck_matrix x) {
    for (size_t r = 0; r < x.rows; r++) {
        const float *row = x.values + r * x.stride;
        float *target = out.values + r * out.stride, largest = row[0];
        for (size_t c = 1; c < x.columns; c++) largest = row[c] > largest ? row[c] : largest;
        double sum = 0;
        for (size_t c = 0; c < x.columns; c++) sum += exp((double)row[c] - largest);
        float logarithm = (float)log(sum);
        for (size_t c = 0; c < x.columns; c++) target[c] = row[c] - largest - logarithm;
    }
}

static void ck_softmax_rows(ck_matrix x) {
    REASSOCIATE
    for (size_t r = 0; r < x.rows; r++) {
        float *row = x.values + r * x.stride, sum = 0;
        float largest = row[0];
        for (size_t c = 1; c < x.columns; c++) largest = row[c] > largest ? row[c] : largest;
        IN_LANES
        for (size_t c = 0; c < x.columns; c++) {
            float e = fast_exp(row[c] - largest);
            row[c] = e;
            sum += e;
        }
        float inverse = 1.0f / sum;
        for (size_t c = 0; c < x.columns; c++) row[c] *= inverse;
    }
}

static void ck_softmax_backward(float *restrict gradient, const float *restrict weights, float sum, size_t count) {
    for (size_t i = 0; i < count; i++) gradient[i] = weights[i] * (gradient[i] - sum);
}
