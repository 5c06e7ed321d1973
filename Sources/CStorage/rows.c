#include "CStorage.h"
#include <CMultiversion.h>
#include <string.h>

INLINE uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

VECTORIZED
uint32_t storage_largest_magnitude(const float *values, size_t count) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t magnitude = bits_of(values[i]) & 0x7FFFFFFF;
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
}

VECTORIZED
void storage_rows_present(const float *values, size_t rows, size_t width, uint8_t *present) {
    for (size_t row = 0; row < rows; row++) {
        uint32_t any = 0;
        for (size_t column = 0; column < width; column++) any |= bits_of(values[row * width + column]);
        present[row] = (any & 0x7FFFFFFF) != 0;
    }
}

VECTORIZED
void storage_rows_outside(
    const float *values, size_t rows, size_t width, const float *low, const float *high, uint8_t *outside) {
    for (size_t row = 0; row < rows; row++) {
        const float *own = values + row * width;
        uint32_t any = 0;
        for (size_t column = 0; column < width; column++)
            any |= (uint32_t)(own[column] < low[column]) | (uint32_t)(own[column] > high[column]);
        outside[row] = any != 0;
    }
}

// Each row is taken as 64-bit words on 32 lanes of multiply and fold: one lane would wait for its own products.
enum { LANES = 32, WORDS_OF_VALUES = 2 * LANES };

INLINE uint64_t mix(uint64_t state, uint64_t word) {
    uint64_t product = (state ^ word) * 0x9E3779B97F4A7C15;
    return product ^ product >> 32;
}

VECTORIZED
void storage_row_hashes(const float *values, size_t rows, size_t width, uint64_t *hashes) {
    for (size_t row = 0; row < rows; row++) {
        const float *next = values + row * width;
        uint64_t lane[LANES], word[LANES], any = 0;
        for (int i = 0; i < LANES; i++) lane[i] = (uint64_t)i + 1;
        size_t left = width;
        for (; left >= WORDS_OF_VALUES; left -= WORDS_OF_VALUES, next += WORDS_OF_VALUES) {
            memcpy(word, next, sizeof word);
            for (int i = 0; i < LANES; i++) any |= word[i];
            for (int i = 0; i < LANES; i++) lane[i] = mix(lane[i], word[i]);
        }
        if (left > 0) {
            memset(word, 0, sizeof word);
            memcpy(word, next, left * sizeof(float));
            for (int i = 0; i < LANES; i++) any |= word[i];
            for (int i = 0; i < LANES; i++) lane[i] = mix(lane[i], word[i]);
        }
        for (int half = LANES / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++) lane[i] = mix(lane[i], lane[i + half]);
        hashes[row] = (any & 0x7FFFFFFF7FFFFFFF) == 0 ? 0 : lane[0] == 0 ? 1 : lane[0];
    }
}

// Columns are taken in stripes whose sums stay in registers from the first row to the last.
enum { STRIPE = 64 };

// splitmix64 of the row's number.
INLINE uint64_t row_weight(uint64_t row) {
    uint64_t z = (row + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

INLINE void stripe_differences(
    const float *values, size_t rows, size_t width, size_t columns, uint64_t number, const float *first,
    uint32_t *differences, uint64_t *hashes) {
    uint32_t reference[STRIPE], changed[STRIPE];
    uint64_t sum[STRIPE];
    for (size_t i = 0; i < columns; i++) {
        reference[i] = bits_of(first[i]);
        changed[i] = differences[i];
        sum[i] = hashes[i];
    }
    for (size_t row = 0; row < rows; row++) {
        const float *own = values + row * width;
        uint64_t weight = row_weight(number + row);
        for (size_t i = 0; i < columns; i++) {
            uint32_t bits = bits_of(own[i]);
            changed[i] |= bits ^ reference[i];
            sum[i] += bits * weight;
        }
    }
    for (size_t i = 0; i < columns; i++) {
        differences[i] = changed[i];
        hashes[i] = sum[i];
    }
}

VECTORIZED
void storage_column_differences(
    const float *values, size_t rows, size_t width, uint64_t number, const float *first, uint32_t *differences,
    uint64_t *hashes) {
    size_t column = 0;
    for (; column + STRIPE <= width; column += STRIPE)
        stripe_differences(
            values + column, rows, width, STRIPE, number, first + column, differences + column, hashes + column);
    if (column < width)
        stripe_differences(
            values + column, rows, width, width - column, number, first + column, differences + column, hashes + column);
}

INLINE void stripe_moments(
    const float *values, size_t rows, size_t width, size_t columns, size_t count, double *mean, double *squares) {
    // The same numbers on every machine: no product is fused with a sum.
#pragma clang fp contract(off)
    double m[STRIPE], s[STRIPE];
    memcpy(m, mean, columns * sizeof(double));
    memcpy(s, squares, columns * sizeof(double));
    for (size_t row = 0; row < rows; row++) {
        const float *own = values + row * width;
        double weight = 1 / (double)(count + row + 1);
        for (size_t i = 0; i < columns; i++) {
            double value = own[i], before = value - m[i];
            m[i] += before * weight;
            s[i] += before * (value - m[i]);
        }
    }
    memcpy(mean, m, columns * sizeof(double));
    memcpy(squares, s, columns * sizeof(double));
}

VECTORIZED
void storage_column_moments(
    const float *values, size_t rows, size_t width, size_t count, double *mean, double *squares) {
    size_t column = 0;
    for (; column + STRIPE <= width; column += STRIPE)
        stripe_moments(values + column, rows, width, STRIPE, count, mean + column, squares + column);
    if (column < width)
        stripe_moments(values + column, rows, width, width - column, count, mean + column, squares + column);
}
