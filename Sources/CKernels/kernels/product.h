// Products of matrices.
//
// The scheme is Goto and van de Geijn's ("Anatomy of High-Performance Matrix Multiplication", 2008), with C in rows: a panel
// of B is read from a near cache for every tile of rows; a block of A stays in the core's second-level cache. Every number of C
// is summed over k in one order, whatever the other rows and columns are, and whatever the machine: results depend neither on
// how a product is split over threads nor on which rows it is computed with.
#include "product_packing.h"
#include <CThreads.h>
#include <stdlib.h>

enum {
    DEPTH = 512,             // k at a time: a tile's sums are written to C and read again k / 512 times
    SPLIT_ROWS = 96,         // rows that are worth a thread's turn
    SLACK = LANES,           // whole vectors are written behind the last row of A
};

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

static const float *at(ck_factor x, size_t row, size_t column) {
    return x.values + (x.transposed ? column * x.stride + row : row * x.stride + column);
}

static ck_matrix columns_of(ck_matrix c, size_t first, size_t count) {
    ck_matrix block = {c.values + first, c.rows, count, c.stride};
    return block;
}

// c (+)= a's columns first ..< first + depth times a block of B that is packed already.
static void multiply_block(ck_matrix c, size_t first, size_t depth, ck_factor a, const float *packed, float alpha,
                                  float beta) {
    float *rows_packed = workspace();
    const size_t m = c.rows, tiles = parts_of(m, TILE_ROWS), block = ROW_BLOCK / TILE_ROWS;
    const int two_panels = m <= TILE_ROWS / 2;
    for (size_t low = 0; low < tiles; low += block) {
        const size_t high = low + block < tiles ? low + block : tiles, base = part(m, tiles, low);
        pack_rows(rows_packed, at(a, base, first), a.stride, a.transposed, m, tiles, low, high, depth);
        for (size_t j = 0; j < c.columns; j += two_panels ? 2 * TILE_COLUMNS : TILE_COLUMNS) {
            const int both = two_panels && c.columns - j > TILE_COLUMNS;
            for (size_t i = low; i < high; i++) {
                size_t row = part(m, tiles, i), rows = part(m, tiles, i + 1) - row;
                tile_target target = {c.values + row * c.stride + j, c.stride, c.columns - j, alpha, beta};
                const float *left = rows_packed + (row - base) * depth, *right = packed + j * depth;
                if (both) two_panel_tile(rows, left, right, depth, target);
                else one_panel_tile(rows, left, right, depth, target);
            }
        }
    }
}

static void ck_product(ck_matrix c, ck_factor a, ck_factor b, float alpha, float beta) {
    float *packed = workspace() + ROW_BLOCK * DEPTH + SLACK;
    const size_t n = c.columns, k = a.columns, depths = parts_of(k, DEPTH);
    for (size_t j = 0; j < n; j += COLUMN_BLOCK) {
        size_t columns = n - j < COLUMN_BLOCK ? n - j : COLUMN_BLOCK;
        for (size_t d = 0; d < depths; d++) {
            size_t first = part(k, depths, d), depth = part(k, depths, d + 1) - first;
            pack_columns(packed, at(b, first, j), b.stride, b.transposed, columns, depth);
            multiply_block(columns_of(c, j, columns), first, depth, a, packed, alpha, d == 0 ? beta : 1);
        }
    }
}

// A product that is split over threads: all pack a part of B's block, then all multiply parts of the rows with it.
typedef struct {
    size_t first, depth, parts;
    ck_factor left, right;   // right is B's block
    ck_matrix c;             // C's columns of the block
    float *packed, alpha, beta;
} split_block;

static void pack_part(void *context, size_t i) {
    split_block *b = context;
    const size_t columns = b->c.columns, panels = panel_columns(columns) / TILE_COLUMNS;
    const size_t low = part(panels, b->parts, i) * TILE_COLUMNS, high = part(panels, b->parts, i + 1) * TILE_COLUMNS;
    if (low == high) return;
    pack_columns(b->packed + low * b->depth, at(b->right, 0, low), b->right.stride, b->right.transposed,
                 (high < columns ? high : columns) - low, b->depth);
}

static void multiply_part(void *context, size_t i) {
    split_block *b = context;
    const size_t low = part(b->c.rows, b->parts, i), high = part(b->c.rows, b->parts, i + 1);
    ck_factor rows = b->left;
    rows.values = at(rows, low, 0);
    ck_matrix c = {b->c.values + low * b->c.stride, high - low, b->c.columns, b->c.stride};
    multiply_block(c, b->first, b->depth, rows, b->packed, b->alpha, b->beta);
}

static void ck_product_split(size_t threads, ck_matrix c, ck_factor a, ck_factor b, float alpha, float beta) {
    split_block block = {.left = a, .alpha = alpha};
    block.packed = workspace() + ROW_BLOCK * DEPTH + SLACK;
    // A few parts for each thread, so that one that is held up does not hold up all.
    const size_t each = c.rows / (SPLIT_ROWS * threads), row_parts = threads * (each < 1 ? 1 : each > 4 ? 4 : each);
    const size_t n = c.columns, k = a.columns, depths = parts_of(k, DEPTH);
    for (size_t j = 0; j < n; j += COLUMN_BLOCK) {
        block.c = columns_of(c, j, n - j < COLUMN_BLOCK ? n - j : COLUMN_BLOCK);
        for (size_t d = 0; d < depths; d++) {
            block.first = part(k, depths, d);
            block.depth = part(k, depths, d + 1) - block.first;
            block.beta = d == 0 ? beta : 1;
            block.right = b;
            block.right.values = at(b, block.first, j);
            block.parts = threads;
            ct_parallel(threads, block.parts, pack_part, &block);
            block.parts = row_parts;
            ct_parallel(threads, block.parts, multiply_part, &block);
        }
    }
}

static size_t ck_packed_count(size_t n, size_t k) { return panel_columns(n) * k; }

static void ck_pack(float *packed, ck_factor b) {
    const size_t n = b.columns, k = b.rows, depths = parts_of(k, DEPTH);
    for (size_t d = 0; d < depths; d++) {
        size_t first = part(k, depths, d), depth = part(k, depths, d + 1) - first;
        pack_columns(packed + first * panel_columns(n), at(b, first, 0), b.stride, b.transposed, n, depth);
    }
}

static void ck_product_packed(ck_matrix c, ck_factor a, const float *packed, float alpha, float beta) {
    const size_t k = a.columns, depths = parts_of(k, DEPTH);
    for (size_t d = 0; d < depths; d++) {
        size_t first = part(k, depths, d), depth = part(k, depths, d + 1) - first;
        multiply_block(c, first, depth, a, packed + first * panel_columns(c.columns), alpha, d == 0 ? beta : 1);
    }
}
