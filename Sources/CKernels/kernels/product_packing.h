#pragma once
// Copies of a product's factors in the order in which its tiles read them. 
#include "product_tiles.h"

// out[p * step + j] = x[j * stride + p] for j < count <= LANES. Whole vectors are written, in ascending order of p: what lies
// behind the count is written again by the next p, and after the last one is the panel's slack.
static void pack_across(float *restrict out, size_t step, const float *restrict x, size_t stride, size_t count,
                               size_t depth) {
    for (size_t p = 0; p < depth; p += LANES) {
        vector block[LANES];
        UNROLL for (size_t j = 0; j < LANES; j++) {
            block[j] = 0;
            if (j < count) block[j] = load_first(x + j * stride + p, depth - p);
        }
        transpose(block);
        UNROLL for (size_t i = 0; i < LANES; i++) {
            if (i < depth - p) store_vector(out + (p + i) * step, block[i]);
        }
    }
}

// out[p * step + j] = x[p * stride + j] for j < count <= LANES; writes no more than these.
static void pack_along(float *restrict out, size_t step, const float *restrict x, size_t stride, size_t count,
                              size_t depth) {
    if (count >= LANES) {
        for (size_t p = 0; p < depth; p++) store_vector(out + p * step, load_vector(x + p * stride));
    } else {
        for (size_t p = 0; p < depth; p++) store_first(out + p * step, count, load_first(x + p * stride, count));
    }
}

// Rows of numbers that lie side by side are read a few at a time, from one end to the other, as they lie in memory.
enum { STRIPE = 16 };

// B's columns as panels of [depth][TILE_COLUMNS]. What the last panel has beyond them is never stored from, but it must be numbers.
static void pack_columns(float *out, const float *b, size_t stride, int transposed, size_t columns, size_t depth) {
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
static void pack_rows(float *out, const float *a, size_t stride, int transposed, size_t m, size_t tiles, size_t first,
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
