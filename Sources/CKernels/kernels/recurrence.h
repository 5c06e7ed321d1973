#include "fastmath.h"

INLINE void step_row(float *restrict s, float *restrict o, float *restrict r, const float *restrict in,
                     const float *restrict ir, const float *restrict rec, const float *restrict br, size_t h) {
    const float *iz = ir + h, *ic = iz + h, *bz = br + h, *bn = bz + h;
    float *z = r + h, *n = z + h, *hn = n + h, *previous = hn + h;
    for (size_t i = 0; i < h; i++) {
        float reset = fast_sigmoid(in[i] + ir[i] + rec[i] + br[i]);
        float update = fast_sigmoid(in[h + i] + iz[i] + rec[h + i] + bz[i]);
        float candidate_recurrent = rec[2 * h + i] + bn[i];
        float candidate = fast_tanh(in[2 * h + i] + ic[i] + reset * candidate_recurrent);
        float before = s[i], now = candidate + update * (before - candidate);
        r[i] = reset;
        z[i] = update;
        n[i] = candidate;
        hn[i] = candidate_recurrent;
        previous[i] = before;
        s[i] = now;
        o[i] = now;
    }
}

static void ck_gru_step(ck_matrix state, ck_matrix output, ck_matrix saved, ck_matrix input, const int32_t *input_index,
                            const float *input_bias, ck_matrix recurrent, const float *recurrent_bias) {
    for (size_t k = 0; k < state.rows; k++)
        step_row(state.values + k * state.stride, output.values + k * output.stride, saved.values + k * saved.stride,
                 input.values + (size_t)input_index[k] * input.stride, input_bias,
                 recurrent.values + k * recurrent.stride, recurrent_bias, state.columns);
}

INLINE void step_row_backward(float *restrict gs, float *restrict r, float *restrict gr, const float *restrict go, size_t h) {
    float *z = r + h, *n = z + h, *hn = n + h;
    const float *previous = hn + h;
    for (size_t i = 0; i < h; i++) {
        float g = gs[i] + go[i];
        float reset = r[i], update = z[i], candidate = n[i];
        float gn = g * (1 - update) * (1 - candidate * candidate);
        float gz = g * (previous[i] - candidate) * update * (1 - update);
        float greset = gn * hn[i] * reset * (1 - reset);
        float ghn = gn * reset;
        gs[i] = g * update;
        r[i] = greset;
        z[i] = gz;
        n[i] = gn;
        hn[i] = ghn;
        gr[i] = greset;
        gr[h + i] = gz;
        gr[2 * h + i] = ghn;
    }
}

static void ck_gru_step_backward(ck_matrix gradient_state, ck_matrix saved, ck_matrix gradient_recurrent,
                                     ck_matrix gradient_output) {
    for (size_t k = 0; k < gradient_state.rows; k++)
        step_row_backward(gradient_state.values + k * gradient_state.stride, saved.values + k * saved.stride,
                          gradient_recurrent.values + k * gradient_recurrent.stride,
                          gradient_output.values + k * gradient_output.stride, gradient_state.columns);
}

INLINE void lstm_row(float *restrict s, float *restrict c, float *restrict o, float *restrict sv, const float *restrict in,
                     const float *restrict ib, const float *restrict rec, const float *restrict rb, size_t h) {
    for (size_t k = 0; k < h; k++) {
        float input = fast_sigmoid(in[k] + ib[k] + rec[k] + rb[k]);
        float forget = fast_sigmoid(in[h + k] + ib[h + k] + rec[h + k] + rb[h + k]);
        float candidate = fast_tanh(in[2 * h + k] + ib[2 * h + k] + rec[2 * h + k] + rb[2 * h + k]);
        float out = fast_sigmoid(in[3 * h + k] + ib[3 * h + k] + rec[3 * h + k] + rb[3 * h + k]);
        float before = c[k], cell = forget * before + input * candidate, shown = fast_tanh(cell);
        sv[k] = input;
        sv[h + k] = forget;
        sv[2 * h + k] = candidate;
        sv[3 * h + k] = out;
        sv[4 * h + k] = before;
        sv[5 * h + k] = shown;
        sv[6 * h + k] = s[k];
        c[k] = cell;
        s[k] = out * shown;
        o[k] = out * shown;
    }
}

static void ck_lstm_step(ck_matrix state, ck_matrix cell, ck_matrix output, ck_matrix saved, ck_matrix input,
                             const int32_t *input_index, const float *input_bias, ck_matrix recurrent,
                             const float *recurrent_bias) {
    for (size_t k = 0; k < state.rows; k++)
        lstm_row(state.values + k * state.stride, cell.values + k * cell.stride, output.values + k * output.stride,
                 saved.values + k * saved.stride, input.values + (size_t)input_index[k] * input.stride, input_bias,
                 recurrent.values + k * recurrent.stride, recurrent_bias, state.columns);
}

INLINE void lstm_row_backward(float *restrict gs, float *restrict gc, float *restrict sv, const float *restrict go, size_t h) {
    for (size_t k = 0; k < h; k++) {
        float input = sv[k], forget = sv[h + k], candidate = sv[2 * h + k], out = sv[3 * h + k];
        float before = sv[4 * h + k], shown = sv[5 * h + k];
        float g = gs[k] + go[k], cell = gc[k] + g * out * (1 - shown * shown);
        sv[k] = cell * candidate * input * (1 - input);
        sv[h + k] = cell * before * forget * (1 - forget);
        sv[2 * h + k] = cell * input * (1 - candidate * candidate);
        sv[3 * h + k] = g * shown * out * (1 - out);
        gc[k] = cell * forget;
        gs[k] = 0;
    }
}

static void ck_lstm_step_backward(ck_matrix gradient_state, ck_matrix gradient_cell, ck_matrix saved,
                                      ck_matrix gradient_output) {
    for (size_t k = 0; k < gradient_state.rows; k++)
        lstm_row_backward(gradient_state.values + k * gradient_state.stride, gradient_cell.values + k * gradient_cell.stride,
                          saved.values + k * saved.stride, gradient_output.values + k * gradient_output.stride,
                          gradient_state.columns);
}
