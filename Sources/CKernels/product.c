// Products of matrices for processors with AVX-512.
//
// The scheme is Goto and van de Geijn's ("Anatomy of High-Performance Matrix Multiplication", 2008), with C in rows: a panel
// of B, 32 columns deep as a block, is read from a near cache for every tile of 12 rows; a block of A stays in the core's
// second-level cache. Every number of C is summed over k in one order, whatever the other rows and columns are: results
// depend neither on how a product is split over threads nor on which rows it is computed with.
#include "CKernels.h"

#if defined(__x86_64__)
#include "product_packing.h"
#include <stdlib.h>

enum {
    DEPTH = 512,             // k at a time: a tile's sums are written to C and read again k / 512 times
    ROW_BLOCK = 192,         // rows of A at a time: 384 KiB
    COLUMN_BLOCK = 1024,     // columns of B at a time: 2 MiB
    SPLIT_ROWS = 96,         // rows that are worth a thread's turn
    SLACK = LANES,           // whole vectors are written behind the last row of A
};

int ck_product_available(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq");
}

static size_t parts_of(size_t whole, size_t largest) {
    size_t parts = (whole + largest - 1) / largest;
    return parts > 0 ? parts : 1;
}

static size_t panel_columns(size_t columns) { return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS; }

// A thread's memory for blocks of A and B, kept for its life.
static float *workspace(void) {
    static _Thread_local float *memory;
    if (!memory) {
        size_t floats = ROW_BLOCK * DEPTH + SLACK + (size_t)COLUMN_BLOCK * DEPTH;
        memory = aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64);
        if (!memory) abort();
    }
    return memory;
}

typedef struct {
    const float *values;
    size_t stride;
    int transposed;
} factor;

static const float *at(factor x, size_t row, size_t column) {
    return x.values + (x.transposed ? column * x.stride + row : row * x.stride + column);
}

// c (+)= a's columns first ..< first + depth times a block of B that is packed already.
AVX512 static void multiply_block(size_t m, size_t columns, size_t first, size_t depth, factor a, const float *packed,
                                  float *c, size_t c_stride, float alpha, float beta) {
    float *rows_packed = workspace();
    const size_t tiles = parts_of(m, TILE_ROWS), block = ROW_BLOCK / TILE_ROWS;
    const int two_panels = m <= TILE_ROWS / 2;
    for (size_t low = 0; low < tiles; low += block) {
        const size_t high = low + block < tiles ? low + block : tiles, base = part(m, tiles, low);
        pack_rows(rows_packed, at(a, base, first), a.stride, a.transposed, m, tiles, low, high, depth);
        for (size_t j = 0; j < columns; j += two_panels ? 2 * TILE_COLUMNS : TILE_COLUMNS) {
            const int both = two_panels && columns - j > TILE_COLUMNS;
            for (size_t i = low; i < high; i++) {
                size_t row = part(m, tiles, i), rows = part(m, tiles, i + 1) - row;
                tile_target target = {c + row * c_stride + j, c_stride, columns - j, alpha, beta};
                const float *left = rows_packed + (row - base) * depth, *right = packed + j * depth;
                if (both) two_panel_tile(rows, left, right, depth, target);
                else one_panel_tile(rows, left, right, depth, target);
            }
        }
    }
}

void ck_product(size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, int a_transposed,
                const float *b, size_t b_stride, int b_transposed, float beta, float *c, size_t c_stride) {
    factor left = {a, a_stride, a_transposed}, right = {b, b_stride, b_transposed};
    float *packed = workspace() + ROW_BLOCK * DEPTH + SLACK;
    size_t depths = parts_of(k, DEPTH);
    for (size_t j = 0; j < n; j += COLUMN_BLOCK) {
        size_t columns = n - j < COLUMN_BLOCK ? n - j : COLUMN_BLOCK;
        for (size_t d = 0; d < depths; d++) {
            size_t first = part(k, depths, d), depth = part(k, depths, d + 1) - first;
            pack_columns(packed, at(right, first, j), b_stride, b_transposed, columns, depth);
            multiply_block(m, columns, first, depth, left, packed, c + j, c_stride, alpha, d == 0 ? beta : 1);
        }
    }
}

// A product that is split over threads: all pack a part of B's block, then all multiply parts of the rows with it.
typedef struct {
    size_t m, columns, first, depth, c_stride, parts;
    factor left, right;
    float *packed, *c;
    float alpha, beta;
} split_block;

static void pack_part(void *context, size_t i) {
    split_block *b = context;
    const size_t panels = panel_columns(b->columns) / TILE_COLUMNS;
    const size_t low = part(panels, b->parts, i) * TILE_COLUMNS, high = part(panels, b->parts, i + 1) * TILE_COLUMNS;
    if (low == high) return;
    const float *from = b->right.values + (b->right.transposed ? low * b->right.stride : low);
    pack_columns(b->packed + low * b->depth, from, b->right.stride, b->right.transposed,
                 (high < b->columns ? high : b->columns) - low, b->depth);
}

static void multiply_part(void *context, size_t i) {
    split_block *b = context;
    const size_t low = part(b->m, b->parts, i), high = part(b->m, b->parts, i + 1);
    factor rows = b->left;
    rows.values = at(rows, low, 0);
    multiply_block(high - low, b->columns, b->first, b->depth, rows, b->packed, b->c + low * b->c_stride, b->c_stride, b->alpha,
                   b->beta);
}

void ck_product_split(size_t threads, size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride,
                      int a_transposed, const float *b, size_t b_stride, int b_transposed, float beta, float *c,
                      size_t c_stride) {
    factor left = {a, a_stride, a_transposed}, right = {b, b_stride, b_transposed};
    split_block block = {.m = m, .c_stride = c_stride, .left = left, .alpha = alpha};
    block.packed = workspace() + ROW_BLOCK * DEPTH + SLACK;
    // A few parts for each thread, so that one that is held up does not hold up all.
    size_t each = m / (SPLIT_ROWS * threads);
    const size_t row_parts = threads * (each < 1 ? 1 : each > 4 ? 4 : each), depths = parts_of(k, DEPTH);
    for (size_t j = 0; j < n; j += COLUMN_BLOCK) {
        block.columns = n - j < COLUMN_BLOCK ? n - j : COLUMN_BLOCK;
        block.c = c + j;
        for (size_t d = 0; d < depths; d++) {
            block.first = part(k, depths, d);
            block.depth = part(k, depths, d + 1) - block.first;
            block.beta = d == 0 ? beta : 1;
            block.right = right;
            block.right.values = at(right, block.first, j);
            block.parts = threads;
            ck_parallel(threads, block.parts, pack_part, &block);
            block.parts = row_parts;
            ck_parallel(threads, block.parts, multiply_part, &block);
        }
    }
}

size_t ck_packed_count(size_t n, size_t k) { return panel_columns(n) * k; }

void ck_pack(float *packed, size_t n, size_t k, const float *b, size_t b_stride, int b_transposed) {
    factor right = {b, b_stride, b_transposed};
    size_t depths = parts_of(k, DEPTH);
    for (size_t d = 0; d < depths; d++) {
        size_t first = part(k, depths, d), depth = part(k, depths, d + 1) - first;
        pack_columns(packed + first * panel_columns(n), at(right, first, 0), b_stride, b_transposed, n, depth);
    }
}

void ck_product_packed(size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, int a_transposed,
                       const float *packed, float beta, float *c, size_t c_stride) {
    factor left = {a, a_stride, a_transposed};
    size_t depths = parts_of(k, DEPTH);
    for (size_t d = 0; d < depths; d++) {
        size_t first = part(k, depths, d), depth = part(k, depths, d + 1) - first;
        multiply_block(m, n, first, depth, left, packed + first * panel_columns(n), c, c_stride, alpha, d == 0 ? beta : 1);
    }
}
#else
#include <stdlib.h>

int ck_product_available(void) { return 0; }
void ck_product(size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, int a_transposed,
                const float *b, size_t b_stride, int b_transposed, float beta, float *c, size_t c_stride) {
    abort();
}
void ck_product_split(size_t threads, size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride,
                      int a_transposed, const float *b, size_t b_stride, int b_transposed, float beta, float *c,
                      size_t c_stride) {
    abort();
}
size_t ck_packed_count(size_t n, size_t k) { return 0; }
void ck_pack(float *packed, size_t n, size_t k, const float *b, size_t b_stride, int b_transposed) { abort(); }
void ck_product_packed(size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, int a_transposed,
                       const float *packed, float beta, float *c, size_t c_stride) {
    abort();
}
#endif
