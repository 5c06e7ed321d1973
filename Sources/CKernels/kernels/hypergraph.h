// All layers of a dialogue's hypergraph, a block of columns at a time: columns do not meet between the first layer and the last,
// so that a block's rows stay in the nearest cache through all of them.
#include "vectors.h"

// Sixteen lanes on every machine: a sum's order follows from them.
enum { WIDE = 16, PARTS = 2, BLOCK = WIDE * PARTS };

typedef float lanes __attribute__((ext_vector_type(WIDE)));
typedef float loose_lanes __attribute__((ext_vector_type(WIDE), aligned(4)));

INLINE lanes load(const float *x) { return *(const loose_lanes *)x; }
INLINE void save(float *x, lanes value) { *(loose_lanes *)x = value; }
INLINE lanes all(float x) { return (lanes)x; }

// Columns of [rows][h] to and from [rows][BLOCK]; columns that a block lacks are zero and stay zero.
INLINE void gather_block(float *restrict block, const float *restrict x, size_t rows, size_t h, size_t count) {
    for (size_t r = 0; r < rows; r++) {
        memcpy(block + r * BLOCK, x + r * h, count * sizeof(float));
        for (size_t c = count; c < BLOCK; c++) block[r * BLOCK + c] = 0;
    }
}

// next = leaky_relu(mix x + scale * sums + bias), slope 0.01; sums become next's. x and next may be the same.
INLINE void layer(float *next, const float *x, lanes sums[4][PARTS], const float *restrict mix,
                  const float *restrict scale, const float *restrict bias, size_t n, const size_t s) {
    lanes later[4][PARTS], shift[PARTS];
    for (size_t v = 0; v < PARTS; v++) shift[v] = load(bias + v * WIDE);
    for (size_t k = 0; k < s; k++)
        for (size_t v = 0; v < PARTS; v++) later[k][v] = all(0);
    for (size_t i = 0; i < n; i++, x += s * BLOCK, next += s * BLOCK, mix += s * s, scale += s) {
        lanes row[4][PARTS];
        for (size_t t = 0; t < s; t++)
            for (size_t v = 0; v < PARTS; v++) row[t][v] = load(x + t * BLOCK + v * WIDE);
        for (size_t k = 0; k < s; k++) {
            for (size_t v = 0; v < PARTS; v++) {
                lanes y = all(scale[k]) * sums[k][v] + shift[v];
                for (size_t t = 0; t < s; t++) y += all(mix[k * s + t]) * row[t][v];
                y = __builtin_elementwise_max(y, all(0.01f) * y);
                save(next + k * BLOCK + v * WIDE, y);
                later[k][v] += y;
            }
        }
    }
    for (size_t k = 0; k < s; k++)
        for (size_t v = 0; v < PARTS; v++) sums[k][v] = later[k][v];
}

INLINE void sum_rows(lanes sums[4][PARTS], const float *restrict x, size_t n, const size_t s) {
    for (size_t k = 0; k < s; k++)
        for (size_t v = 0; v < PARTS; v++) sums[k][v] = all(0);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < s; k++)
            for (size_t v = 0; v < PARTS; v++) sums[k][v] += load(x + (i * s + k) * BLOCK + v * WIDE);
}

INLINE void forward(float *restrict out, const float *restrict x, ck_hypergraph_layers graph, size_t n, const size_t s,
                    size_t first, size_t count, float *restrict block) {
    const size_t h = graph.biases.columns, layers = graph.biases.rows;
    for (size_t c = first; c < first + count; c += BLOCK) {
        size_t width = first + count - c < BLOCK ? first + count - c : BLOCK;
        lanes sums[4][PARTS];
        float bias[BLOCK];
        gather_block(block, x + c, n * s, h, width);
        sum_rows(sums, block, n, s);
        for (size_t l = 0; l < layers; l++) {
            gather_block(bias, graph.biases.values + l * h + c, 1, h, width);
            layer(block, block, sums, graph.mix, graph.scale, bias, n, s);
        }
        for (size_t r = 0; r < n * s; r++)
            for (size_t j = 0; j < width; j++)
                out[r * h + c + j] = block[r * BLOCK + j] + (graph.residual ? x[r * h + c + j] : 0);
    }
}

// gradient comes in for `next` and leaves for x without what comes through x's sums, which is `through_sums` for the layer
// before. products [n][s * s + s] of lanes are added to: delta x and delta sums.
INLINE void layer_backward(float *restrict gradient, lanes through_sums[4][PARTS], const float *restrict next,
                           const float *restrict x, const float *restrict sums, const float *restrict mix,
                           const float *restrict scale, float *restrict products, float *restrict bias_gradient, size_t n,
                           const size_t s) {
    lanes before[4][PARTS], total[PARTS];
    for (size_t v = 0; v < PARTS; v++) total[v] = all(0);
    for (size_t k = 0; k < s; k++)
        for (size_t v = 0; v < PARTS; v++) before[k][v] = all(0);
    for (size_t i = 0; i < n; i++) {
        float *g = gradient + i * s * BLOCK, *product = products + i * (s * s + s) * WIDE;
        const float *o = next + i * s * BLOCK, *row = x + i * s * BLOCK, *m = mix + i * s * s, *sc = scale + i * s;
        lanes delta[4][PARTS];
        for (size_t k = 0; k < s; k++) {
            for (size_t v = 0; v < PARTS; v++) {
                size_t at = k * BLOCK + v * WIDE;
                lanes whole = load(g + at) + through_sums[k][v], weak = all(0.01f) * whole;
                delta[k][v] = load(o + at) > all(0) ? whole : weak;
                total[v] += delta[k][v];
                before[k][v] += all(sc[k]) * delta[k][v];
            }
        }
        for (size_t t = 0; t < s; t++) {
            for (size_t v = 0; v < PARTS; v++) {
                lanes back = all(m[t]) * delta[0][v];
                for (size_t k = 1; k < s; k++) back += all(m[k * s + t]) * delta[k][v];
                save(g + t * BLOCK + v * WIDE, back);
            }
        }
        for (size_t t = 0; t < s; t++) {
            lanes value[PARTS];
            for (size_t v = 0; v < PARTS; v++) value[v] = load(row + t * BLOCK + v * WIDE);
            for (size_t k = 0; k < s; k++) {
                lanes sum = load(product + (k * s + t) * WIDE);
                for (size_t v = 0; v < PARTS; v++) sum += delta[k][v] * value[v];
                save(product + (k * s + t) * WIDE, sum);
            }
        }
        for (size_t k = 0; k < s; k++) {
            lanes sum = load(product + (s * s + k) * WIDE);
            for (size_t v = 0; v < PARTS; v++) sum += delta[k][v] * load(sums + k * BLOCK + v * WIDE);
            save(product + (s * s + k) * WIDE, sum);
        }
    }
    for (size_t k = 0; k < s; k++)
        for (size_t v = 0; v < PARTS; v++) through_sums[k][v] = before[k][v];
    for (size_t v = 0; v < PARTS; v++) save(bias_gradient + v * WIDE, total[v]);
}

INLINE void store_sums(float *restrict out, lanes sums[4][PARTS], const size_t s) {
    for (size_t k = 0; k < s; k++)
        for (size_t v = 0; v < PARTS; v++) save(out + k * BLOCK + v * WIDE, sums[k][v]);
}

INLINE void backward(float *restrict x_gradient, const float *restrict gradient, const float *restrict x,
                     ck_hypergraph_layers graph, ck_hypergraph_gradients gradients, size_t n, const size_t s, size_t first,
                     size_t count, float *restrict workspace) {
    const size_t h = graph.biases.columns, layers = graph.biases.rows;
    const size_t values = n * s * BLOCK, pairs = s * s + s;
    float *kept = workspace, *kept_sums = kept + (layers + 1) * values, *g = kept_sums + (layers + 1) * s * BLOCK;
    float *products = g + values;
    memset(products, 0, n * pairs * WIDE * sizeof(float));
    for (size_t c = first; c < first + count; c += BLOCK) {
        size_t width = first + count - c < BLOCK ? first + count - c : BLOCK;
        lanes sums[4][PARTS];
        float bias[BLOCK];
        gather_block(kept, x + c, n * s, h, width);
        sum_rows(sums, kept, n, s);
        store_sums(kept_sums, sums, s);
        for (size_t l = 0; l < layers; l++) {
            gather_block(bias, graph.biases.values + l * h + c, 1, h, width);
            layer(kept + (l + 1) * values, kept + l * values, sums, graph.mix, graph.scale, bias, n, s);
            store_sums(kept_sums + (l + 1) * s * BLOCK, sums, s);
        }
        gather_block(g, gradient + c, n * s, h, width);
        lanes through_sums[4][PARTS];
        for (size_t k = 0; k < s; k++)
            for (size_t v = 0; v < PARTS; v++) through_sums[k][v] = all(0);
        for (size_t l = layers; l-- > 0;) {
            layer_backward(g, through_sums, kept + (l + 1) * values, kept + l * values, kept_sums + l * s * BLOCK,
                           graph.mix, graph.scale, products, bias, n, s);
            memcpy(gradients.biases + l * h + c, bias, width * sizeof(float));
        }
        float rest[4 * BLOCK];
        store_sums(rest, through_sums, s);
        for (size_t r = 0; r < n * s; r++)
            for (size_t j = 0; j < width; j++)
                x_gradient[r * h + c + j] =
                    g[r * BLOCK + j] + rest[r % s * BLOCK + j] + (graph.residual ? gradient[r * h + c + j] : 0);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t pair = 0; pair < pairs; pair++) {
            float sum = 0;
            for (size_t lane = 0; lane < WIDE; lane++) sum += products[(i * pairs + pair) * WIDE + lane];
            if (pair < s * s) gradients.mix[i * s * s + pair] = sum;
            else gradients.scale[i * s + pair - s * s] = sum;
        }
    }
}

static size_t ck_hypergraph_workspace(size_t layers, size_t n, size_t s, int is_backward) {
    if (!is_backward) return n * s * BLOCK;
    return (layers + 2) * n * s * BLOCK + (layers + 1) * s * BLOCK + n * (s * s + s) * WIDE;
}

// The number of streams is 1 to 4: as a constant, the loops over streams unroll.
static void ck_hypergraph(ck_matrix out, ck_matrix x, ck_hypergraph_layers graph, size_t first, size_t count,
                              float *workspace) {
    switch (graph.streams) {
    case 1: forward(out.values, x.values, graph, x.rows, 1, first, count, workspace); break;
    case 2: forward(out.values, x.values, graph, x.rows, 2, first, count, workspace); break;
    case 3: forward(out.values, x.values, graph, x.rows, 3, first, count, workspace); break;
    default: forward(out.values, x.values, graph, x.rows, 4, first, count, workspace); break;
    }
}

static void ck_hypergraph_backward(ck_matrix x_gradient, ck_hypergraph_gradients gradients, ck_matrix gradient,
                                       ck_matrix x, ck_hypergraph_layers graph, size_t first, size_t count,
                                       float *workspace) {
    switch (graph.streams) {
    case 1:
        backward(x_gradient.values, gradient.values, x.values, graph, gradients, x.rows, 1, first, count, workspace);
        break;
    case 2:
        backward(x_gradient.values, gradient.values, x.values, graph, gradients, x.rows, 2, first, count, workspace);
        break;
    case 3:
        backward(x_gradient.values, gradient.values, x.values, graph, gradients, x.rows, 3, first, count, workspace);
        break;
    default:
        backward(x_gradient.values, gradient.values, x.values, graph, gradients, x.rows, 4, first, count, workspace);
        break;
    }
}
