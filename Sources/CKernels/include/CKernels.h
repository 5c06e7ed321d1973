#pragma once
// Vectorised single-precision loops under the engine.
// Matrices are views in rows. A kernel writes to the views that it names first; no function allocates or fails, and none
// checks shapes: the Swift functions of Tensors/Kernels do.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A matrix in rows: `stride` is the distance between the starts of two rows, in numbers.
typedef struct {
    float *values;
    size_t rows, columns, stride;
} ck_matrix;

/// A factor of a product, [rows, columns]. A transposed one is stored with rows and columns exchanged.
typedef struct {
    const float *values;
    size_t rows, columns, stride;
    int transposed;
} ck_factor;

/// Masks are a function of key and element, so nothing is stored. `first` is the number that x[0] has in the whole tensor,
/// p the probability that an element is dropped; what is kept is divided by 1 - p.
typedef struct {
    uint64_t key;
    size_t first;
    float p;
} ck_mask;

/// One context number per row: that of row r is values[r / group], and pre gets it times weight [h].
typedef struct {
    const float *values, *weight;
    size_t group;
} ck_row_context;

/// The layers of one dialogue: mix [n, s, s], what stream t of an utterance gives to stream k; scale [n, s], what a stream's
/// sum over utterances gives; biases [layers, h]. A layer is leaky_relu(mix x + scale * sums + bias), slope 0.01.
typedef struct {
    const float *mix, *scale;
    ck_matrix biases;
    size_t streams;
    /// Whether x is added to what comes out of the last layer.
    int residual;
} ck_hypergraph_layers;

/// Where the gradients of one dialogue's mix, scale and biases are written.
typedef struct {
    float *mix, *scale, *biases;
} ck_hypergraph_gradients;

/// The numbers of one AdamW step. rest1 and rest2 are 1 - beta1 and 1 - beta2, rounded once; the corrections are
/// 1 - beta^steps.
typedef struct {
    float learning_rate, rest1, beta2, rest2, epsilon, weight_decay, correction1, correction2;
    /// What every gradient is multiplied with first: 1, or less where their norm is too large.
    float gradient_scale;
} ck_adamw_rates;

/// The kernels for one kind of processor: its machine code and the sizes of its products' tiles.
/// AVX-512 and AVX2 give the same bits; NEON the same products, and some other sums within rounding; `plain` none of both.
typedef struct {
    /// "avx512", "avx2", "neon" or "plain".
    const char *name;

#pragma mark Products (product.h): NULL where the machine has none of its own, as `plain`

    /// c = alpha * a b + beta * c. c is not read where beta is 0. One thread.
    void (*product)(ck_matrix c, ck_factor a, ck_factor b, float alpha, float beta);
    /// The same on several threads, which share the rows of c: the same bits.
    void (*product_split)(size_t threads, ck_matrix c, ck_factor a, ck_factor b, float alpha, float beta);
    /// Floats that pack writes for b [k, n].
    size_t (*packed_count)(size_t n, size_t k);
    /// Copies b in the order in which products read it: worth it where b is a factor of many small ones.
    void (*pack)(float *packed, ck_factor b);
    /// product with a packed b: the same bits.
    void (*product_packed)(ck_matrix c, ck_factor a, const float *packed, float alpha, float beta);

#pragma mark Element by element (elementwise.h)

    void (*fill)(float *out, size_t count, float value);
    /// out += scale * x
    void (*add_scaled)(float *out, const float *x, float scale, size_t count);
    /// out = a + b
    void (*add)(float *out, const float *a, const float *b, size_t count);
    /// Exact GELU, x * Phi(x), with erf by Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7).
    void (*gelu)(float *out, const float *x, size_t count);
    /// gradient_in += gradient_out * gelu'(x)
    void (*gelu_backward)(float *gradient_in, const float *gradient_out, const float *x, size_t count);
    /// x[r][c] = x[r][c] + bias[c], then max(0, .) where relu is not 0; bias may be NULL. NaN stays NaN.
    void (*bias_activation)(ck_matrix x, const float *bias, int relu);
    /// gradient[i] = 0 where output[i] <= 0, not where it is NaN
    void (*relu_mask)(float *gradient, const float *output, size_t count);

#pragma mark Dropout (elementwise.h)

    /// out = x / (1 - p) where kept, else 0.
    void (*dropout)(float *out, const float *x, size_t count, ck_mask mask);
    /// out = a + dropout(x)
    void (*add_dropout)(float *out, const float *a, const float *x, size_t count, ck_mask mask);
    /// out += dropout(x): the backward of both
    void (*accumulate_dropout)(float *out, const float *x, size_t count, ck_mask mask);
    /// out = max(0, dropout(x)); NaN stays NaN
    void (*dropout_relu)(float *out, const float *x, size_t count, ck_mask mask);
    /// gradient_in += dropout(gradient_out) where output is above 0 or NaN
    void (*dropout_relu_backward)(float *gradient_in, const float *gradient_out, const float *output, size_t count,
        ck_mask mask);

#pragma mark Rows and columns (rows.h)

    float (*dot)(const float *a, const float *b, size_t count);
    /// out[c] += sum over rows of x[r][c]
    void (*accumulate_column_sums)(float *out, ck_matrix x);
    /// Copies rows: out row r = x row index[r]; an index below 0 gives a row of zeros.
    void (*gather_rows)(ck_matrix out, ck_matrix x, const int32_t *index);
    /// out row index[r] += x row r; an index below 0 is passed over.
    void (*scatter_add_rows)(ck_matrix out, ck_matrix x, const int32_t *index);
    void (*log_softmax_rows)(ck_matrix out, ck_matrix x);
    /// In place.
    void (*softmax_rows)(ck_matrix x);
    /// gradient = weights * (gradient - sum), where sum is the dot product of both: a row's softmax backward.
    void (*softmax_backward)(float *gradient, const float *weights, float sum, size_t count);

#pragma mark Normalisation (normalization.h)

    /// Adds the sums over rows of x and of its squares, column by column, in double.
    void (*accumulate_moments)(double *sum, double *squares, ck_matrix x);
    /// out = (x - mean) * scale + shift, per column
    void (*normalize_columns)(ck_matrix out, ck_matrix x, const float *mean, const float *scale, const float *shift);
    /// weight_gradient[c] += sum_r g[r][c] * (x[r][c] - mean[c]) * inverse[c]; bias_gradient[c] += sum_r g[r][c]
    void (*normalize_columns_parameter_gradients)(float *weight_gradient, float *bias_gradient, ck_matrix gradient, ck_matrix x,
        const float *mean, const float *inverse);
    /// Layer norm over each row; saves mean and 1/deviation per row.
    void (*layer_norm)(ck_matrix out, float *mean, float *inverse, ck_matrix x, const float *weight, const float *bias,
        float epsilon);
    /// gradient_in (+)= ..., weight_gradient += ..., bias_gradient += ... for a range of rows
    void (*layer_norm_backward)(ck_matrix gradient_in, int accumulate, float *weight_gradient, float *bias_gradient,
        ck_matrix gradient_out, ck_matrix x, const float *mean, const float *inverse,
        const float *weight);

#pragma mark GRU (recurrence.h): gates in PyTorch's order r, z, n

    /// One step for the rows of `state` [rows, h].
    /// Input row k is row input_index[k] of `input` [., 3h] (x W_ih^T), recurrent [rows, 3h] = state W_hh^T, both without their
    /// biases. saved [rows, 5h] gets r, z, n, W_hn h + b_hn, previous state; state is replaced and copied to output [rows, h].
    void (*gru_step)(ck_matrix state, ck_matrix output, ck_matrix saved, ck_matrix input, const int32_t *input_index,
        const float *input_bias, ck_matrix recurrent, const float *recurrent_bias);
    /// The step's backward. gradient_state [rows, h] holds d/d(new state) coming from later steps and becomes z * dh, to which
    /// the caller adds gradient_recurrent W_hh. saved's r, z, n, hn become the gradients of r, z, n (input side) and of hn.
    /// gradient_recurrent [rows, 3h] gets the gradients of the recurrent side.
    void (*gru_step_backward)(ck_matrix gradient_state, ck_matrix saved, ck_matrix gradient_recurrent,
        ck_matrix gradient_output);

#pragma mark LSTM (recurrence.h): gates in PyTorch's order i, f, g, o

    /// One step for the rows of `state` and `cell` [rows, h], as gru_step with input [., 4h] and recurrent [rows, 4h].
    /// saved [rows, 7h] gets i, f, g, o, the previous cell, tanh of the new cell, the previous state.
    void (*lstm_step)(ck_matrix state, ck_matrix cell, ck_matrix output, ck_matrix saved, ck_matrix input,
        const int32_t *input_index, const float *input_bias, ck_matrix recurrent, const float *recurrent_bias);
    /// The step's backward. gradient_state and gradient_cell hold what comes from later steps; the state's becomes 0, to which the
    /// caller adds the gates' gradients times W_hh, and the cell's that of the previous cell. saved's gates become their gradients.
    void (*lstm_step_backward)(ck_matrix gradient_state, ck_matrix gradient_cell, ck_matrix saved, ck_matrix gradient_output);

#pragma mark Virtual unified emotion (emotion.h)

    /// tile[i][j] = scale * tanh(target[i] + source[j]), 0 where first_row + i == j. Target and source have one column.
    void (*emotion_tile)(ck_matrix tile, ck_matrix target, ck_matrix source, size_t first_row, float scale);
    /// With p[i][j] the gradient of the tile's entries: q = p * scale * (1 - tanh^2), 0 on the diagonal;
    /// target_gradient[i] += sum_j q, source_gradient[j] += sum_i q. tile is the forward's, scale included.
    void (*emotion_tile_backward)(ck_matrix target_gradient, ck_matrix source_gradient, ck_matrix tile, ck_matrix p,
        size_t first_row, float scale);
    /// With the gradients of the scores w_t x + b and w_s x of every row, where gate [2, h] is w_t over w_s:
    /// x_gradient += target w_t + source w_s; gate_gradient += sums over rows of target x and of source x.
    void (*emotion_scores_backward)(ck_matrix x_gradient, ck_matrix gate_gradient, ck_matrix x, const float *target,
        const float *source, ck_matrix gate);
    /// out[i][m] += scale * sum over k != m of tanh(target[i][m] + source[i][k]) x[i][k], for rows of M streams of h:
    /// target and source [n, M], out and x [n, M h].
    void (*emotion_across)(ck_matrix out, ck_matrix x, ck_matrix target, ck_matrix source, float scale);
    void (*emotion_across_backward)(ck_matrix gradient_x, ck_matrix target_gradient, ck_matrix source_gradient,
        ck_matrix gradient_out, ck_matrix x, ck_matrix target, ck_matrix source, float scale);

#pragma mark Gated residual (gate.h): all matrices [rows, h]

    /// out = x + sigmoid(pre + bias) * (x + context); pre becomes the sigmoid.
    void (*gated_residual)(ck_matrix out, ck_matrix pre, ck_matrix x, ck_matrix context, const float *bias);
    /// gradient_pre = g * (x + context) * s (1 - s); gradient_x (+)= g * (1 + s); gradient_context += g * s
    void (*gated_residual_backward)(ck_matrix gradient_pre, ck_matrix gradient_x, int accumulate_x, ck_matrix gradient_context,
        ck_matrix gradient_out, ck_matrix gate, ck_matrix x, ck_matrix context);

    /// gated_residual with one context number per row.
    void (*gated_residual_scalar)(ck_matrix out, ck_matrix pre, ck_matrix x, ck_row_context context, const float *bias);
    /// row_gradient[row] = sum over features of g * s + gradient_pre * weight
    void (*gated_residual_scalar_backward)(ck_matrix gradient_pre, ck_matrix gradient_x, int accumulate_x, float *row_gradient,
        ck_matrix gradient_out, ck_matrix gate, ck_matrix x, ck_row_context context);

#pragma mark Hypergraph (hypergraph.h)

    // x, out and gradients are [n, s h] without gaps. Both functions compute the columns first ..< first + count of every stream
    // and touch no others.

    /// Floats of the workspace that the functions below need.
    size_t (*hypergraph_workspace)(size_t layers, size_t n, size_t s, int is_backward);
    /// out = all layers of x, plus x where that is asked for.
    void (*hypergraph)(ck_matrix out, ck_matrix x, ck_hypergraph_layers graph, size_t first, size_t count, float *workspace);
    /// Writes all gradients: x's; mix's and scale's, summed over these columns and all layers; the biases' columns.
    void (*hypergraph_backward)(ck_matrix x_gradient, ck_hypergraph_gradients gradients, ck_matrix gradient, ck_matrix x,
        ck_hypergraph_layers graph, size_t first, size_t count, float *workspace);

#pragma mark Optimiser (optimizer.h)

    /// The sum of squares.
    double (*sum_of_squares)(const float *x, size_t count);

    /// One AdamW step over a range of the arenas (decoupled weight decay); gradients are set to zero.
    /// Returns the sum of the squared gradients.
    double (*adamw)(float *parameters, float *gradients, float *first, float *second, size_t count, ck_adamw_rates rates);
} ck_kernels;

/// The fastest kernels that this processor runs.
const ck_kernels *ck_fastest(void);
/// The kernels of that name; NULL where there are none for this processor.
const ck_kernels *ck_named(const char *name);

#ifdef __cplusplus
}
#endif
