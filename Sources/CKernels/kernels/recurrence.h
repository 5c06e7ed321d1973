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
