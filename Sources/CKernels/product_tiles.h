#pragma once
// Tiles of a product in AVX-512 registers, and the order of memory that feeds them. Included by product.c alone.
#include <immintrin.h>
#include <stddef.h>

#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define TILE static inline __attribute__((always_inline, target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
#define UNROLL _Pragma("clang loop unroll(full)")

enum {
    LANES = 16,
    TILE_ROWS = 12,          // 12 x 2 vectors of sums leave registers for two of B and the factors of A
    TILE_COLUMNS = 2 * LANES,
};

// Where a tile's sums go: out = alpha * sums + beta * out, for the first `columns` of its columns.
typedef struct {
    float *out;
    size_t stride, columns;
    float alpha, beta;
} tile_target;

TILE __mmask16 lanes(size_t count) { return count >= LANES ? 0xffff : (__mmask16)((1u << count) - 1); }

TILE void store_sums(__m512 sums, float *out, __mmask16 mask, float alpha, float beta) {
    __m512 scaled = _mm512_mul_ps(sums, _mm512_set1_ps(alpha));
    if (beta != 0) scaled = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, out), _mm512_set1_ps(beta), scaled);
    _mm512_mask_storeu_ps(out, mask, scaled);
}

// rows x (panels * 32) sums over depth. a is [depth][rows]; b is `panels` panels of [depth][32], one after another.
TILE void tile(const int rows, const int panels, const float *restrict a, const float *restrict b, size_t depth,
               tile_target target) {
    const int vectors = 2 * panels;
    const size_t panel = depth * TILE_COLUMNS;
    __m512 sums[TILE_ROWS][4], columns[4];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = _mm512_setzero_ps();
    }
    for (size_t p = 0; p < depth; p++, a += rows, b += TILE_COLUMNS) {
        UNROLL for (int v = 0; v < vectors; v++) columns[v] = _mm512_loadu_ps(b + (size_t)(v / 2) * panel + (v % 2) * LANES);
        UNROLL for (int r = 0; r < rows; r++) {
            __m512 factor = _mm512_set1_ps(a[r]);
            UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = _mm512_fmadd_ps(factor, columns[v], sums[r][v]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vectors; v++) {
            size_t first = (size_t)v * LANES;
            if (first < target.columns)
                store_sums(sums[r][v], target.out + (size_t)r * target.stride + first, lanes(target.columns - first),
                           target.alpha, target.beta);
        }
    }
}

// The loops over a tile's rows and columns unroll only where their numbers are constants.
#define TILE_CASE(rows, panels) case rows: tile(rows, panels, a, b, depth, target); break;

AVX512 static void one_panel_tile(size_t rows, const float *a, const float *b, size_t depth, tile_target target) {
    switch (rows) {
    TILE_CASE(1, 1) TILE_CASE(2, 1) TILE_CASE(3, 1) TILE_CASE(4, 1) TILE_CASE(5, 1) TILE_CASE(6, 1)
    TILE_CASE(7, 1) TILE_CASE(8, 1) TILE_CASE(9, 1) TILE_CASE(10, 1) TILE_CASE(11, 1) TILE_CASE(12, 1)
    }
}

// Few rows take two panels at once: with one, too few sums would be under way to hide an addition's latency.
AVX512 static void two_panel_tile(size_t rows, const float *a, const float *b, size_t depth, tile_target target) {
    switch (rows) {
    TILE_CASE(1, 2) TILE_CASE(2, 2) TILE_CASE(3, 2) TILE_CASE(4, 2) TILE_CASE(5, 2) TILE_CASE(6, 2)
    }
}
#undef TILE_CASE
