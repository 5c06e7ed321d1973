#include "CKernelChecks.h"
#include <stdlib.h>
#include <string.h>

// Where a check takes its numbers from and puts its results. Memory lives until the check is over.
typedef struct {
    const ck_kernels *kernels;
    uint64_t random, digest;
    double sum;
    void *memory[64];
    size_t held;
} check;

static uint64_t next(check *c) {
    // xorshift64*: the same on every machine.
    c->random ^= c->random >> 12;
    c->random ^= c->random << 25;
    c->random ^= c->random >> 27;
    return c->random * 0x2545F4914F6CDD1DULL;
}

static float *numbers(check *c, size_t count, float low, float high) {
    float *x = malloc((count + 1) * sizeof(float));
    if (!x || c->held == sizeof c->memory / sizeof *c->memory) abort();
    c->memory[c->held++] = x;
    // In double, which is exact up to the last rounding: contracted or not, the numbers are the same.
    for (size_t i = 0; i < count; i++) x[i] = (float)(low + ((double)high - low) * ((double)(next(c) >> 40) / (1 << 24)));
    return x;
}

static float *some(check *c, size_t count) { return numbers(c, count, -2, 2); }

static ck_matrix matrix(check *c, size_t rows, size_t columns) {
    ck_matrix m = {some(c, rows * (columns + 3)), rows, columns, columns + 3};
    return m;
}

// What lies between the rows counts too: no kernel writes there.
static void see(check *c, const void *bytes, size_t size) {
    const unsigned char *b = bytes;
    for (size_t i = 0; i < size; i++) c->digest = (c->digest ^ b[i]) * 0x100000001B3ULL;
}

static void see_numbers(check *c, const float *x, size_t count) {
    see(c, x, count * sizeof(float));
    for (size_t i = 0; i < count; i++) c->sum += x[i] * (double)(1 + i % 7);
}
static void see_matrix(check *c, ck_matrix m) { see_numbers(c, m.values, m.rows * m.stride); }

static void release(check *c) {
    while (c->held > 0) free(c->memory[--c->held]);
}

static void product_of(check *c, size_t m, size_t n, size_t k, int left, int right) {
    ck_matrix out = matrix(c, m, n);
    ck_factor a = {some(c, m * k), m, k, left ? m : k, left}, b = {some(c, k * n), k, n, right ? k : n, right};
    c->kernels->product(out, a, b, 0.5f, 0.25f);
    see_matrix(c, out);
    // How much it is depends on the machine, and what follows must not.
    const uint64_t random = c->random;
    float *packed = some(c, c->kernels->packed_count(n, k));
    c->random = random;
    c->kernels->pack(packed, b);
    c->kernels->product_packed(out, a, packed, 1, 1);
    see_matrix(c, out);
    c->kernels->product_split(3, out, a, b, 1, 0);
    see_matrix(c, out);
    release(c);
}

static void products(check *c) {
    const size_t sizes[][3] = {{1, 1, 1},   {2, 7, 5},     {3, 33, 17},  {5, 16, 64},    {6, 31, 100}, {13, 24, 9},
                               {25, 70, 40}, {64, 96, 513}, {100, 5, 31}, {97, 1037, 20}, {12, 32, 1200}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int transposed = 0; transposed < 4; transposed++)
            product_of(c, sizes[i][0], sizes[i][1], sizes[i][2], transposed & 1, transposed >> 1);
    }
}

// The lengths of rows: within a vector of any machine, at its ends, and past several.
static const size_t lengths[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 300, 513};
#define FOR_LENGTHS(n) for (size_t at = 0, n; at < sizeof lengths / sizeof *lengths && (n = lengths[at], 1); at++)

static void elementwise(check *c) {
    FOR_LENGTHS(n) {
        const ck_kernels *k = c->kernels;
        float *out = some(c, n), *x = numbers(c, n, -20, 20), *y = some(c, n);
        k->add_scaled(out, x, 0.3f, n);
        see_numbers(c, out, n);
        k->add(out, x, y, n);
        see_numbers(c, out, n);
        k->gelu(out, x, n);
        see_numbers(c, out, n);
        k->gelu_backward(out, y, x, n);
        see_numbers(c, out, n);
        k->relu_mask(y, x, n);
        see_numbers(c, y, n);
        ck_matrix rows = matrix(c, 3, n);
        k->bias_activation(rows, x, 1);
        see_matrix(c, rows);
        k->fill(out, n, 7);
        see_numbers(c, out, n);
        release(c);
    }
}

static void dropout(check *c) {
    FOR_LENGTHS(n) {
        const ck_kernels *k = c->kernels;
        const ck_mask mask = {0x123456789ABCDEFULL, n, 0.3f};
        float *out = some(c, n), *x = some(c, n), *y = some(c, n);
        k->dropout(out, x, n, mask);
        see_numbers(c, out, n);
        k->add_dropout(out, y, x, n, mask);
        see_numbers(c, out, n);
        k->accumulate_dropout(out, x, n, mask);
        see_numbers(c, out, n);
        k->dropout_relu(out, x, n, mask);
        see_numbers(c, out, n);
        k->dropout_relu_backward(out, y, x, n, mask);
        see_numbers(c, out, n);
        release(c);
    }
}

static void rows(check *c) {
    FOR_LENGTHS(n) {
        const ck_kernels *k = c->kernels;
        float *out = some(c, n), *a = some(c, n), *b = some(c, n), sum = k->dot(a, b, n);
        see_numbers(c, &sum, 1);
        ck_matrix x = matrix(c, 7, n), y = matrix(c, 7, n);
        const int32_t index[] = {3, -1, 0, 6, 3, 5, 2};
        k->accumulate_column_sums(out, x);
        see_numbers(c, out, n);
        k->gather_rows(y, x, index);
        see_matrix(c, y);
        k->scatter_add_rows(y, x, index);
        see_matrix(c, y);
        k->softmax_rows(x);
        see_matrix(c, x);
        k->softmax_backward(a, b, 0.4f, n);
        see_numbers(c, a, n);
        release(c);
    }
}

// The exponential is the C library's.
static void log_softmax(check *c) {
    FOR_LENGTHS(n) {
        ck_matrix x = matrix(c, 4, n), out = matrix(c, 4, n);
        c->kernels->log_softmax_rows(out, x);
        see_matrix(c, out);
        release(c);
    }
}

static void normalization(check *c) {
    FOR_LENGTHS(n) {
        const ck_kernels *k = c->kernels;
        ck_matrix x = matrix(c, 5, n), out = matrix(c, 5, n), g = matrix(c, 5, n);
        float *weight = some(c, n), *bias = some(c, n), *gw = some(c, n), *gb = some(c, n), mean[5], inverse[5];
        double sum[513] = {0}, squares[513] = {0};
        k->accumulate_moments(sum, squares, x);
        see(c, sum, n * sizeof *sum);
        see(c, squares, n * sizeof *squares);
        k->normalize_columns(out, x, gw, weight, bias);
        see_matrix(c, out);
        k->normalize_columns_parameter_gradients(gw, gb, g, x, bias, weight);
        see_numbers(c, gw, n);
        see_numbers(c, gb, n);
        k->layer_norm(out, mean, inverse, x, weight, bias, 1e-5f);
        see_matrix(c, out);
        see_numbers(c, mean, 5);
        see_numbers(c, inverse, 5);
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            k->layer_norm_backward(out, accumulate, gw, gb, g, x, mean, inverse, weight);
            see_matrix(c, out);
            see_numbers(c, gw, n);
            see_numbers(c, gb, n);
        }
        release(c);
    }
}

static void recurrence(check *c) {
    FOR_LENGTHS(h) {
        ck_matrix state = matrix(c, 3, h), output = matrix(c, 3, h), saved = matrix(c, 3, 5 * h), input = matrix(c, 6, 3 * h);
        ck_matrix recurrent = matrix(c, 3, 3 * h), gradient = matrix(c, 3, 3 * h);
        const int32_t index[] = {5, 0, 2};
        c->kernels->gru_step(state, output, saved, input, index, some(c, 3 * h), recurrent, some(c, 3 * h));
        see_matrix(c, state);
        see_matrix(c, output);
        see_matrix(c, saved);
        c->kernels->gru_step_backward(state, saved, gradient, output);
        see_matrix(c, state);
        see_matrix(c, saved);
        see_matrix(c, gradient);
        release(c);
    }
}

static void lstm(check *c) {
    FOR_LENGTHS(h) {
        ck_matrix state = matrix(c, 3, h), cell = matrix(c, 3, h), output = matrix(c, 3, h), saved = matrix(c, 3, 7 * h);
        ck_matrix input = matrix(c, 6, 4 * h), recurrent = matrix(c, 3, 4 * h);
        const int32_t index[] = {5, 0, 2};
        c->kernels->lstm_step(state, cell, output, saved, input, index, some(c, 4 * h), recurrent, some(c, 4 * h));
        see_matrix(c, state);
        see_matrix(c, cell);
        see_matrix(c, output);
        see_matrix(c, saved);
        c->kernels->lstm_step_backward(state, cell, saved, output);
        see_matrix(c, state);
        see_matrix(c, cell);
        see_matrix(c, saved);
        release(c);
    }
}

static void emotion(check *c) {
    FOR_LENGTHS(n) {
        const ck_kernels *k = c->kernels;
        ck_matrix tile = matrix(c, 6, n), p = matrix(c, 6, n), target = matrix(c, 6, 1), source = matrix(c, n, 1);
        ck_matrix target_gradient = matrix(c, 6, 1), source_gradient = matrix(c, n, 1);
        k->emotion_tile(tile, target, source, 2, 0.3f);
        see_matrix(c, tile);
        k->emotion_tile_backward(target_gradient, source_gradient, tile, p, 2, 0.3f);
        see_matrix(c, target_gradient);
        see_matrix(c, source_gradient);
        ck_matrix x = matrix(c, 6, n), gx = matrix(c, 6, n), gate = matrix(c, 2, n), ggate = matrix(c, 2, n);
        k->emotion_scores_backward(gx, ggate, x, target.values, source_gradient.values, gate);
        see_matrix(c, gx);
        see_matrix(c, ggate);
        release(c);
        ck_matrix wide = matrix(c, 4, 3 * n), out = matrix(c, 4, 3 * n), gwide = matrix(c, 4, 3 * n);
        ck_matrix t = matrix(c, 4, 3), s = matrix(c, 4, 3), gt = matrix(c, 4, 3), gs = matrix(c, 4, 3);
        k->emotion_across(out, wide, t, s, 0.5f);
        see_matrix(c, out);
        k->emotion_across_backward(gwide, gt, gs, out, wide, t, s, 0.5f);
        see_matrix(c, gwide);
        see_matrix(c, gt);
        see_matrix(c, gs);
        release(c);
    }
}

static void gate(check *c) {
    FOR_LENGTHS(h) {
        const ck_kernels *k = c->kernels;
        ck_matrix out = matrix(c, 4, h), pre = matrix(c, 4, h), x = matrix(c, 4, h), context = matrix(c, 4, h);
        ck_matrix gpre = matrix(c, 4, h), gx = matrix(c, 4, h), gcontext = matrix(c, 4, h);
        float *bias = some(c, h), *weight = some(c, h), *values = some(c, 2), row[4];
        k->gated_residual(out, pre, x, context, bias);
        see_matrix(c, out);
        see_matrix(c, pre);
        const ck_row_context one = {values, weight, 2};
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            k->gated_residual_backward(gpre, gx, accumulate, gcontext, out, pre, x, context);
            see_matrix(c, gpre);
            see_matrix(c, gx);
            see_matrix(c, gcontext);
            k->gated_residual_scalar_backward(gpre, gx, accumulate, row, out, pre, x, one);
            see_matrix(c, gpre);
            see_matrix(c, gx);
            see_numbers(c, row, 4);
        }
        k->gated_residual_scalar(out, pre, x, one, bias);
        see_matrix(c, out);
        see_matrix(c, pre);
        release(c);
    }
}

static void hypergraph_of(check *c, size_t n, size_t s, size_t h, size_t layers) {
    const ck_kernels *k = c->kernels;
    ck_matrix biases = {some(c, layers * h), layers, h, h}, x = {some(c, n * s * h), n, s * h, s * h}, out = x, gx = x;
    out.values = some(c, n * s * h);
    gx.values = some(c, n * s * h);
    const ck_hypergraph_layers graph = {numbers(c, n * s * s, -0.5f, 0.5f), numbers(c, n * s, 0, 0.1f), biases, s, s % 2};
    const ck_hypergraph_gradients gradients = {some(c, n * s * s), some(c, n * s), some(c, layers * h)};
    float *workspace = some(c, k->hypergraph_workspace(layers, n, s, 1));
    k->hypergraph(out, x, graph, 0, h, workspace);
    see_matrix(c, out);
    k->hypergraph_backward(gx, gradients, out, x, graph, 0, h, workspace);
    see_matrix(c, gx);
    see_numbers(c, gradients.mix, n * s * s);
    see_numbers(c, gradients.scale, n * s);
    see_numbers(c, gradients.biases, layers * h);
    release(c);
}

static void hypergraph(check *c) {
    for (size_t s = 1; s <= 4; s++) {
        hypergraph_of(c, 1, s, 32, 2);
        hypergraph_of(c, 5, s, 47, 3);
        hypergraph_of(c, 9, s, 128, 1);
    }
}

static void optimizer(check *c) {
    const size_t counts[] = {1, 15, 16, 33, 2048, 2049, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const size_t n = counts[i];
        float *p = some(c, n), *g = some(c, n), *m = some(c, n), *v = numbers(c, n, 0, 1);
        const ck_adamw_rates rates = {1e-3f, 0.1f, 0.999f, 1e-3f, 1e-8f, 0.01f, 0.19f, 2e-3f, 0.7f};
        double sum = c->kernels->sum_of_squares(g, n);
        see(c, &sum, sizeof sum);
        sum = c->kernels->adamw(p, g, m, v, n, rates);
        see(c, &sum, sizeof sum);
        see_numbers(c, p, n);
        see_numbers(c, g, n);
        see_numbers(c, m, n);
        see_numbers(c, v, n);
        release(c);
    }
}

static const struct {
    const char *name;
    void (*run)(check *);
} checks[] = {
    {"products", products},   {"elementwise", elementwise}, {"dropout", dropout},     {"rows", rows},
    {"log_softmax", log_softmax}, {"normalization", normalization}, {"recurrence", recurrence}, {"lstm", lstm}, {"emotion", emotion},
    {"gate", gate},           {"hypergraph", hypergraph},   {"optimizer", optimizer},
};

const char *kernel_check_name(size_t i) { return i < sizeof checks / sizeof *checks ? checks[i].name : NULL; }

kernel_result kernel_check(const ck_kernels *kernels, size_t i) {
    check c = {.kernels = kernels, .random = 0x9E3779B97F4A7C15ULL, .digest = 0xCBF29CE484222325ULL};
    checks[i].run(&c);
    release(&c);
    kernel_result result = {c.digest, c.sum};
    return result;
}
