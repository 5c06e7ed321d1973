#pragma once
// Vectorised single-precision loops and the thread pool under the engine.
// Matrices are row-major; `stride` is the distance between rows in elements. No function allocates or fails.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma mark Threads (parallel.c)

/// The number of processors this process may use.
size_t ck_processors(void);
/// Called once for every index in 0..<count, on any of the pool's threads.
typedef void (*ck_body)(void *context, size_t index);
/// Runs body(context, i) for i in 0..<count on up to `threads` threads, the caller among them; returns when all are done.
/// A call from inside a body runs serially. The order of indices is not defined: bodies write to disjoint places.
void ck_parallel(size_t threads, size_t count, ck_body body, void *context);
/// Whether the caller is in such a body.
int ck_is_in_parallel(void);

#pragma mark Products (product.c): processors with AVX-512 alone

/// Whether this processor has what the functions below need; without it they must not be called.
int ck_product_available(void);
/// c [m, n] = alpha * a [m, k] b [k, n] + beta * c, all in rows; a transposed factor is stored with rows and columns
/// exchanged. c is not read where beta is 0. One thread.
void ck_product(size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, int a_transposed,
                const float *b, size_t b_stride, int b_transposed, float beta, float *c, size_t c_stride);
/// The same on several threads, which share the rows of c: the same bits.
void ck_product_split(size_t threads, size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride,
                      int a_transposed, const float *b, size_t b_stride, int b_transposed, float beta, float *c,
                      size_t c_stride);
/// Floats that ck_pack writes for b [k, n].
size_t ck_packed_count(size_t n, size_t k);
/// Copies b in the order in which products read it: worth it where b is a factor of many small ones.
void ck_pack(float *packed, size_t n, size_t k, const float *b, size_t b_stride, int b_transposed);
/// ck_product with a packed b: the same bits.
void ck_product_packed(size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, int a_transposed,
                       const float *packed, float beta, float *c, size_t c_stride);

#pragma mark Element by element (elementwise.c)

void ck_fill(float *out, size_t count, float value);
/// out += scale * x
void ck_add_scaled(float *out, const float *x, float scale, size_t count);
/// out = a + b
void ck_add(float *out, const float *a, const float *b, size_t count);
/// Exact GELU, x * Phi(x), with erf by Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7).
void ck_gelu(float *out, const float *x, size_t count);
/// gradient_in += gradient_out * gelu'(x)
void ck_gelu_backward(float *gradient_in, const float *gradient_out, const float *x, size_t count);
/// x[r][c] = x[r][c] + bias[c], then max(0, .) where relu is not 0; bias may be NULL. NaN stays NaN.
void ck_bias_activation(float *x, size_t rows, size_t columns, const float *bias, int relu);
/// gradient[i] = 0 where output[i] <= 0, not where it is NaN
void ck_relu_mask(float *gradient, const float *output, size_t count);

#pragma mark Dropout: masks are a function of (key, element index), so nothing is stored

/// out = x / (1 - p) where kept, else 0. `first` is the index of x[0] in the whole tensor.
void ck_dropout(float *out, const float *x, size_t count, size_t first, uint64_t key, float p);
/// out = a + dropout(x)
void ck_add_dropout(float *out, const float *a, const float *x, size_t count, size_t first, uint64_t key, float p);
/// out += dropout(x): the backward of both
void ck_accumulate_dropout(float *out, const float *x, size_t count, size_t first, uint64_t key, float p);
/// out = max(0, dropout(x)); NaN stays NaN
void ck_dropout_relu(float *out, const float *x, size_t count, size_t first, uint64_t key, float p);
/// gradient_in += dropout(gradient_out) where output is above 0 or NaN
void ck_dropout_relu_backward(float *gradient_in, const float *gradient_out, const float *output, size_t count,
                              size_t first, uint64_t key, float p);

#pragma mark Rows and columns (rows.c)

float ck_dot(const float *a, const float *b, size_t count);
/// out[c] += sum over rows of x[r][c]
void ck_accumulate_column_sums(float *out, const float *x, size_t rows, size_t columns, size_t stride);
/// Copies rows: out row r = x row index[r]; an index below 0 gives a row of zeros.
void ck_gather_rows(float *out, size_t out_stride, const float *x, size_t x_stride, const int32_t *index, size_t rows,
                    size_t columns);
/// out row index[r] += x row r; an index below 0 is passed over.
void ck_scatter_add_rows(float *out, size_t out_stride, const float *x, size_t x_stride, const int32_t *index,
                         size_t rows, size_t columns);
void ck_log_softmax_rows(float *out, const float *x, size_t rows, size_t columns);
/// In place; rows of a matrix with a stride.
void ck_softmax_rows(float *x, size_t rows, size_t columns, size_t stride);
/// gradient = weights * (gradient - sum), where sum is the dot product of both: a row's softmax backward.
void ck_softmax_backward(float *gradient, const float *weights, float sum, size_t count);

#pragma mark Normalisation (normalization.c)

/// Adds the sums over rows of x and of its squares, column by column, in double. Rows lie `stride` apart.
void ck_accumulate_moments(double *sum, double *squares, const float *x, size_t rows, size_t columns, size_t stride);
/// out = (x - mean) * scale + shift, per column
void ck_normalize_columns(float *out, const float *x, size_t rows, size_t columns, const float *mean, const float *scale,
                          const float *shift);
/// weight_gradient[c] += sum_r g[r][c] * (x[r][c] - mean[c]) * inverse[c]; bias_gradient[c] += sum_r g[r][c]
void ck_normalize_columns_parameter_gradients(float *weight_gradient, float *bias_gradient, const float *gradient,
                                              const float *x, size_t rows, size_t columns, size_t stride,
                                              const float *mean, const float *inverse);
/// Layer norm over each row; saves mean and 1/deviation per row.
void ck_layer_norm(float *out, float *mean, float *inverse, const float *x, size_t rows, size_t columns,
                   const float *weight, const float *bias, float epsilon);
/// gradient_in (+)= ..., weight_gradient += ..., bias_gradient += ... for a range of rows
void ck_layer_norm_backward(float *gradient_in, int accumulate, float *weight_gradient, float *bias_gradient,
                            const float *gradient_out, const float *x, const float *mean, const float *inverse,
                            const float *weight, size_t rows, size_t columns);

#pragma mark GRU (recurrence.c): gates in PyTorch's order r, z, n

/// One step for `rows` sequences of width h.
/// input row k is input + input_index[k] * 3h (x W_ih^T), recurrent [rows, 3h] = state W_hh^T, both without their biases.
/// saved [rows, 5h] gets r, z, n, W_hn h + b_hn, previous state; state [rows, h] is replaced; output rows have a stride.
void ck_gru_step(float *state, float *output, size_t output_stride, float *saved, const float *input,
                 const int32_t *input_index, const float *input_bias, const float *recurrent,
                 const float *recurrent_bias, size_t rows, size_t h);
/// The step's backward. gradient_state [rows, h] holds d/d(new state) coming from later steps and becomes z * dh, to which
/// the caller adds gradient_recurrent W_hh. saved's r, z, n, hn become the gradients of r, z, n (input side) and of hn.
/// gradient_recurrent [rows, 3h] gets the gradients of the recurrent side.
void ck_gru_step_backward(float *gradient_state, const float *gradient_output, size_t output_stride, float *saved,
                          float *gradient_recurrent, size_t rows, size_t h);

#pragma mark Virtual unified emotion (emotion.c)

/// tile[i][j] = scale * tanh(target[i] + source[j]), 0 where first_row + i == j. target_step and source_step are
/// distances between entries.
void ck_emotion_tile(float *tile, const float *target, size_t target_step, const float *source, size_t source_step,
                     size_t rows, size_t columns, size_t first_row, float scale);
/// With p[i][j] the gradient of the tile's entries: q = p * scale * (1 - tanh^2), 0 on the diagonal;
/// target_gradient[i] += sum_j q, source_gradient[j] += sum_i q. tile is the forward's, scale included.
void ck_emotion_tile_backward(float *target_gradient, size_t target_step, float *source_gradient, size_t source_step,
                              const float *tile, const float *p, size_t rows, size_t columns, size_t first_row,
                              float scale);
/// With the gradients of the scores w_t x + b and w_s x of every row: x_gradient += target w_t + source w_s;
/// w_t_gradient += sum over rows of target x, w_s_gradient likewise.
void ck_emotion_scores_backward(float *x_gradient, float *w_t_gradient, float *w_s_gradient, const float *x,
                                const float *target, const float *source, const float *w_t, const float *w_s,
                                size_t rows, size_t h);
/// out[i][m] += scale * sum over k != m of tanh(target[i][m] + source[i][k]) x[i][k], for rows of m_count streams of h.
void ck_emotion_across(float *out, const float *x, const float *target, const float *source, size_t rows, size_t m_count,
                       size_t h, float scale);
void ck_emotion_across_backward(float *gradient_x, float *target_gradient, float *source_gradient,
                                const float *gradient_out, const float *x, const float *target, const float *source,
                                size_t rows, size_t m_count, size_t h, float scale);

#pragma mark Gated residual (gate.c)

/// x, context, out, pre [rows, h]; out = x + sigmoid(pre + bias) * (x + context); pre becomes the sigmoid.
void ck_gated_residual(float *out, float *pre, const float *x, const float *context, const float *bias, size_t rows,
                       size_t h);
/// The same with one context number per row: context of row r is context[r / group]; pre gets context * context_weight + bias first.
void ck_gated_residual_scalar(float *out, float *pre, const float *x, const float *context, size_t group,
                              const float *context_weight, const float *bias, size_t rows, size_t h);
/// gradient_pre = g * (x + context) * s (1 - s); gradient_x (+)= g * (1 + s); gradient_context += g * s
void ck_gated_residual_backward(float *gradient_pre, float *gradient_x, int accumulate_x, float *gradient_context,
                                const float *gradient_out, const float *gate, const float *x, const float *context,
                                size_t rows, size_t h);
/// gradient_context[row] (one per row) = sum over features of g * s + gradient_pre * context_weight
void ck_gated_residual_scalar_backward(float *gradient_pre, float *gradient_x, int accumulate_x, float *row_gradient,
                                       const float *gradient_out, const float *gate, const float *x,
                                       const float *context, size_t group, const float *context_weight, size_t rows,
                                       size_t h);

#pragma mark Hypergraph (hypergraph.c)

// One dialogue: x, out, gradients [n, s, h]; mix [n, s, s]: what stream t of an utterance gives to stream k; scale [n, s]: what
// a stream's sum over utterances gives; biases [layers, h]. A layer is leaky_relu(mix x + scale * sums + bias), slope 0.01.
// Both functions compute the columns first ..< first + count of every stream and touch no others.

/// Floats of the workspace that the functions below need.
size_t ck_hypergraph_workspace(size_t layers, size_t n, size_t s, int is_backward);
/// out = all layers of x, plus x.
void ck_hypergraph(float *out, const float *x, const float *mix, const float *scale, const float *biases, size_t layers,
                   size_t n, size_t s, size_t h, size_t first, size_t count, float *workspace);
/// Writes all gradients: x's; mix's and scale's, summed over these columns and all layers; the biases' columns.
void ck_hypergraph_backward(float *x_gradient, const float *gradient, const float *x, const float *mix,
                            const float *scale, const float *biases, float *mix_gradient, float *scale_gradient,
                            float *bias_gradient, size_t layers, size_t n, size_t s, size_t h, size_t first,
                            size_t count, float *workspace);

#pragma mark Optimiser (optimizer.c)

/// One AdamW step over a range of the arenas (decoupled weight decay); gradients are set to zero.
/// rest1 and rest2 are 1 - beta1 and 1 - beta2, rounded once. Returns the sum of the squared gradients.
double ck_adamw(float *parameters, float *gradients, float *first, float *second, size_t count, float learning_rate,
                float rest1, float beta2, float rest2, float epsilon, float weight_decay, float correction1,
                float correction2);

#ifdef __cplusplus
}
#endif
