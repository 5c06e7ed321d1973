// Every kernel, for the machine that LANES, TILE_ROWS, TILE_VECTORS, ROW_BLOCK and COLUMN_BLOCK describe; KERNELS is the name of
// the table. Included once by each file of machines/.
#include "elementwise.h"
#include "emotion.h"
#include "gate.h"
#include "hypergraph.h"
#include "normalization.h"
#include "optimizer.h"
#include "recurrence.h"
#include "rows.h"
#ifdef TILE_ROWS
#include "product.h"
#endif

const ck_kernels KERNELS = {
    .name = KERNELS_NAME,
#ifdef TILE_ROWS
    .product = ck_product, .product_split = ck_product_split, .packed_count = ck_packed_count, .pack = ck_pack,
    .product_packed = ck_product_packed,
#endif
    .fill = ck_fill, .add_scaled = ck_add_scaled, .add = ck_add, .gelu = ck_gelu, .gelu_backward = ck_gelu_backward,
    .bias_activation = ck_bias_activation, .relu_mask = ck_relu_mask, .dropout = ck_dropout,
    .add_dropout = ck_add_dropout, .accumulate_dropout = ck_accumulate_dropout, .dropout_relu = ck_dropout_relu,
    .dropout_relu_backward = ck_dropout_relu_backward, .dot = ck_dot,
    .accumulate_column_sums = ck_accumulate_column_sums, .gather_rows = ck_gather_rows,
    .scatter_add_rows = ck_scatter_add_rows, .log_softmax_rows = ck_log_softmax_rows, .softmax_rows = ck_softmax_rows,
    .softmax_backward = ck_softmax_backward, .accumulate_moments = ck_accumulate_moments,
    .normalize_columns = ck_normalize_columns,
    .normalize_columns_parameter_gradients = ck_normalize_columns_parameter_gradients, .layer_norm = ck_layer_norm,
    .layer_norm_backward = ck_layer_norm_backward, .gru_step = ck_gru_step, .gru_step_backward = ck_gru_step_backward,
    .lstm_step = ck_lstm_step, .lstm_step_backward = ck_lstm_step_backward,
    .emotion_tile = ck_emotion_tile, .emotion_tile_backward = ck_emotion_tile_backward,
    .emotion_scores_backward = ck_emotion_scores_backward, .emotion_across = ck_emotion_across,
    .emotion_across_backward = ck_emotion_across_backward, .gated_residual = ck_gated_residual,
    .gated_residual_backward = ck_gated_residual_backward, .gated_residual_scalar = ck_gated_residual_scalar,
    .gated_residual_scalar_backward = ck_gated_residual_scalar_backward,
    .hypergraph_workspace = ck_hypergraph_workspace, .hypergraph = ck_hypergraph,
    .hypergraph_backward = ck_hypergraph_backward, .sum_of_squares = ck_sum_of_squares, .adamw = ck_adamw,
};
