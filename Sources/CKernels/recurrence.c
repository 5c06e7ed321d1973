#include "CKernels.h"
#include "fastmath.h"

VECTORIZED void ck_gru_step(float *restrict state, float *restrict output, size_t output_stride, float *restrict saved,
                            const float *restrict input, const int32_t *restrict input_index,
                            const float *restrict input_bias, const float *restrict recurrent,
                            const float *restrict recurrent_bias, size_t rows, size_t h) {
    const float *ir = input_bias, *iz = ir + h, *ic = iz + h;
    for (size_t k = 0; k < rows; k++) {
        const float *in = input + (size_t)input_index[k] * 3 * h, *rec = recurrent + k * 3 * h;
        const float *br = recurrent_bias, *bz = br + h, *bn = bz + h;
        float *s = state + k * h, *o = output + k * output_stride;
        float *r = saved + k * 5 * h, *z = r + h, *n = z + h, *hn = n + h, *previous = hn + h;
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
}

VECTORIZED void ck_gru_step_backward(float *restrict gradient_state, const float *restrict gradient_output,
                                     size_t output_stride, float *restrict saved, float *restrict gradient_recurrent,
                                     size_t rows, size_t h) {
    for (size_t k = 0; k < rows; k++) {
        float *gs = gradient_state + k * h, *gr = gradient_recurrent + k * 3 * h;
        const float *go = gradient_output + k * output_stride;
        float *r = saved + k * 5 * h, *z = r + h, *n = z + h, *hn = n + h;
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
}
