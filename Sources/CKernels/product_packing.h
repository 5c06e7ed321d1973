#pragma once
// Copies of a product's factors in the order in which its tiles read them. Included by product.c alone.
#include "product_tiles.h"

// Sixteen rows of sixteen numbers become sixteen columns.
TILE void transpose(__m512 x[LANES]) {
    __m512 t[LANES];
    UNROLL for (int i = 0; i < 8; i++) {
        t[2 * i] = _mm512_unpacklo_ps(x[2 * i], x[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_ps(x[2 * i], x[2 * i + 1]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        UNROLL for (int k = 0; k < 2; k++) {
            __m512d low = _mm512_castps_pd(t[4 * i + k]), high = _mm512_castps_pd(t[4 * i + 2 + k]);
            x[4 * i + 2 * k] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            x[4 * i + 2 * k + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
    }
    UNROLL for (int i = 0; i < 2; i++) {
        UNROLL for (int k = 0; k < 4; k++) {
            t[8 * i + k] = _mm512_shuffle_f32x4(x[8 * i + k], x[8 * i + 4 + k], 0x88);
            t[8 * i + 4 + k] = _mm512_shuffle_f32x4(x[8 * i + k], x[8 * i + 4 + k], 0xdd);
        }
    }
    UNROLL for (int k = 0; k < 8; k++) {
        x[k] = _mm512_shuffle_f32x4(t[k], t[8 + k], 0x88);
        x[8 + k] = _mm512_shuffle_f32x4(t[k], t[8 + k], 0xdd);
    }
}

// out[p * step + j] = x[j * stride + p] for j < count <= 16. Whole vectors are written, in ascending order of p: what lies
// behind the count is written again by the next p, and after the last one is the panel's slack.
AVX512 static void pack_across(float *restrict out, size_t step, const float *restrict x, size_t stride, size_t count,
                               size_t depth) {
    for (size_t p = 0; p < depth; p += LANES) {
        __m512 block[LANES];
        __mmask16 mask = lanes(depth - p);
        UNROLL for (size_t j = 0; j < LANES; j++)
            block[j] = j < count ? _mm512_maskz_loadu_ps(mask, x + j * stride + p) : _mm512_setzero_ps();
        transpose(block);
        if (depth - p >= LANES) {
            UNROLL for (size_t i = 0; i < LANES; i++) _mm512_storeu_ps(out + (p + i) * step, block[i]);
        } else {
            for (size_t i = 0; i < depth - p; i++) _mm512_storeu_ps(out + (p + i) * step, block[i]);
        }
    }
}

// out[p * step + j] = x[p * stride + j] for j < count <= 16; writes no more than these.
AVX512 static void pack_along(float *restrict out, size_t step, const float *restrict x, size_t stride, size_t count,
                              size_t depth) {
    __mmask16 mask = lanes(count);
    for (size_t p = 0; p < depth; p++) _mm512_mask_storeu_ps(out + p * step, mask, _mm512_maskz_loadu_ps(mask, x + p * stride));
}

// Rows of numbers that lie side by side are read a few at a time, from one end to the other, as they lie in memory.
enum { STRIPE = 16 };

// B's columns as panels of [depth][32]. What the last panel has beyond them is never stored from, but it must be numbers.
AVX512 static void pack_columns(float *out, const float *b, size_t stride, int transposed, size_t columns, size_t depth) {
    const size_t rest = columns % TILE_COLUMNS;
    if (rest > 0) {
        float *last = out + (columns - rest) * depth;
        for (size_t i = 0; i < depth * TILE_COLUMNS; i++) last[i] = 0;
    }
    if (transposed) {
        for (size_t j = 0; j < columns; j += LANES) {
            float *panel = out + j / TILE_COLUMNS * TILE_COLUMNS * depth + j % TILE_COLUMNS;
            pack_across(panel, TILE_COLUMNS, b + j * stride, stride, columns - j < LANES ? columns - j : LANES, depth);
        }
        return;
    }
    for (size_t p = 0; p < depth; p += STRIPE) {
        size_t count = depth - p < STRIPE ? depth - p : STRIPE;
        for (size_t j = 0; j < columns; j += LANES) {
            float *panel = out + j / TILE_COLUMNS * TILE_COLUMNS * depth + j % TILE_COLUMNS;
            pack_along(panel + p * TILE_COLUMNS, TILE_COLUMNS, b + p * stride + j, stride,
                       columns - j < LANES ? columns - j : LANES, count);
        }
    }
}

// Where the i-th of nearly equal parts begins.
static inline size_t part(size_t whole, size_t parts, size_t i) { return whole * i / parts; }

// Rows of A that belong to the tiles first ..< last of `tiles` that m rows are cut into; a tile is [depth][rows].
AVX512 static void pack_rows(float *out, const float *a, size_t stride, int transposed, size_t m, size_t tiles, size_t first,
                             size_t last, size_t depth) {
    const size_t base = part(m, tiles, first);
    for (size_t p = 0; p < depth; p += transposed ? STRIPE : depth) {
        for (size_t i = first; i < last; i++) {
            size_t row = part(m, tiles, i), rows = part(m, tiles, i + 1) - row;
            float *tile = out + (row - base) * depth + p * rows;
            if (transposed)
                pack_along(tile, rows, a + p * stride + row - base, stride, rows, depth - p < STRIPE ? depth - p : STRIPE);
            else pack_across(tile, rows, a + (row - base) * stride, stride, rows, depth);
        }
    }
}
