#pragma once
// Tiles of a product in registers: TILE_ROWS x TILE_COLUMNS sums, and the order of memory that feeds them.
#include "vectors.h"

enum { TILE_COLUMNS = TILE_VECTORS * LANES };

// Where a tile's sums go: out = alpha * sums + beta * out, for the first `columns` of its columns.
typedef struct {
    float *out;
    size_t stride, columns;
    float alpha, beta;
} tile_target;

INLINE void store_sums_of_tile(vector sums, float *out, size_t count, float alpha, float beta) {
    vector scaled = sums * alpha;
    if (beta != 0) scaled = load_first(out, count) * beta + scaled;
    store_first(out, count, scaled);
}

// Where the v-th vector of a row of panels begins.
INLINE const float *column_of(const float *b, size_t panel, int v) {
    return b + (size_t)(v / TILE_VECTORS) * panel + (v % TILE_VECTORS) * LANES;
}

// rows x (panels * TILE_COLUMNS) sums over depth. a is [depth][rows]; b is `panels` panels of [depth][TILE_COLUMNS], one after
// another. Every sum is one chain of fused multiply-adds over depth: the same bits on every machine.
INLINE void tile(const int rows, const int panels, const float *restrict a, const float *restrict b, size_t depth,
                 tile_target target) {
    const int vectors = TILE_VECTORS * panels;
    const size_t panel = depth * TILE_COLUMNS;
    vector sums[TILE_ROWS][2 * TILE_VECTORS];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = 0;
    }
    for (size_t p = 0; p < depth; p++, a += rows, b += TILE_COLUMNS) {
        // What there is less of stays in registers.
        if (rows < vectors) {
            vector factors[TILE_ROWS];
            UNROLL for (int r = 0; r < rows; r++) factors[r] = a[r];
            UNROLL for (int v = 0; v < vectors; v++) {
                vector column = load_vector(column_of(b, panel, v));
                UNROLL for (int r = 0; r < rows; r++) sums[r][v] = factors[r] * column + sums[r][v];
            }
        } else {
            vector columns[2 * TILE_VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) columns[v] = load_vector(column_of(b, panel, v));
            UNROLL for (int r = 0; r < rows; r++) {
                UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = a[r] * columns[v] + sums[r][v];
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            size_t first = (size_t)v * LANES;
            if (first < target.columns)
                store_sums_of_tile(sums[r][v], target.out + (size_t)r * target.stride + first, target.columns - first,
                                   target.alpha, target.beta);
        }
    }
}

// The loops over a tile's rows and columns unroll only where their numbers are constants.
#define TILE_CASE(rows, panels) case rows: tile(rows, panels, a, b, depth, target); break;

static void one_panel_tile(size_t rows, const float *a, const float *b, size_t depth, tile_target target) {
    switch (rows) {
    TILE_CASE(1, 1) TILE_CASE(2, 1) TILE_CASE(3, 1) TILE_CASE(4, 1)
#if TILE_ROWS > 4
    TILE_CASE(5, 1) TILE_CASE(6, 1)
#endif
#if TILE_ROWS > 6
    TILE_CASE(7, 1) TILE_CASE(8, 1) TILE_CASE(9, 1) TILE_CASE(10, 1) TILE_CASE(11, 1) TILE_CASE(12, 1)
#endif
    }
}

// Few rows take two panels at once: with one, too few sums would be under way to hide an addition's latency.
static void two_panel_tile(size_t rows, const float *a, const float *b, size_t depth, tile_target target) {
    switch (rows) {
    TILE_CASE(1, 2) TILE_CASE(2, 2)
#if TILE_ROWS > 4
    TILE_CASE(3, 2)
#endif
#if TILE_ROWS > 6
    TILE_CASE(4, 2) TILE_CASE(5, 2) TILE_CASE(6, 2)
#endif
    }
}
#undef TILE_CASE
