#include "CKernels.h"
#include "fastmath.h"

INLINE void layer_rows(float *restrict out, const float *restrict x, const float *restrict sums,
                       const float *restrict mix, const float *restrict stream_scale, const float *restrict bias,
                       size_t n, const size_t s, size_t h) {
    for (size_t i = 0; i < n; i++) {
        const float *row = x + i * s * h;
        for (size_t k = 0; k < s; k++) {
            const float *m = mix + (i * s + k) * s;
            float scale = stream_scale[i * s + k];
            float *o = out + (i * s + k) * h;
            const float *sum = sums + k * h;
            for (size_t c = 0; c < h; c++) {
                float y = scale * sum[c] + bias[c];
                for (size_t t = 0; t < s; t++) y += m[t] * row[t * h + c];
                o[c] = y > 0 ? y : 0.01f * y;
            }
        }
    }
}

// The number of streams is 2, 3 or 4: as a constant, the loops over streams unroll.
VECTORIZED void ck_hypergraph_layer(float *out, const float *x, const float *sums, const float *mix,
                                    const float *stream_scale, const float *bias, size_t n, size_t s, size_t h) {
    switch (s) {
    case 2: layer_rows(out, x, sums, mix, stream_scale, bias, n, 2, h); break;
    case 3: layer_rows(out, x, sums, mix, stream_scale, bias, n, 3, h); break;
    default: layer_rows(out, x, sums, mix, stream_scale, bias, n, 4, h); break;
    }
}

INLINE void layer_rows_backward(float *restrict gradient, float *restrict gradient_sums, const float *restrict out,
                                const float *restrict x, const float *restrict sums, const float *restrict mix,
                                const float *restrict stream_scale, float *restrict mix_gradient,
                                float *restrict stream_scale_gradient, float *restrict bias_gradient, size_t n,
                                const size_t s, size_t h) {
    REASSOCIATE
    for (size_t i = 0; i < n; i++) {
        const float *row = x + i * s * h, *o = out + i * s * h, *m = mix + i * s * s;
        float *g = gradient + i * s * h;
        float products[16] = {0}, scale_products[4] = {0};
        const float *scale = stream_scale + i * s;
        for (size_t c = 0; c < h; c++) {
            float delta[4], value[4], total = 0;
            for (size_t k = 0; k < s; k++) {
                delta[k] = o[k * h + c] > 0 ? g[k * h + c] : 0.01f * g[k * h + c];
                value[k] = row[k * h + c];
                total += delta[k];
                scale_products[k] += delta[k] * sums[k * h + c];
                gradient_sums[k * h + c] += scale[k] * delta[k];
            }
            bias_gradient[c] += total;
            for (size_t t = 0; t < s; t++) {
                float back = 0;
                for (size_t k = 0; k < s; k++) {
                    back += m[k * s + t] * delta[k];
                    products[k * s + t] += delta[k] * value[t];
                }
                g[t * h + c] = back;
            }
        }
        for (size_t k = 0; k < s * s; k++) mix_gradient[i * s * s + k] += products[k];
        for (size_t k = 0; k < s; k++) stream_scale_gradient[i * s + k] += scale_products[k];
    }
}

VECTORIZED void ck_hypergraph_layer_backward(float *gradient, float *gradient_sums, const float *out, const float *x,
                                             const float *sums, const float *mix, const float *stream_scale,
                                             float *mix_gradient, float *stream_scale_gradient, float *bias_gradient,
                                             size_t n, size_t s, size_t h) {
    switch (s) {
    case 2:
        layer_rows_backward(gradient, gradient_sums, out, x, sums, mix, stream_scale, mix_gradient,
                            stream_scale_gradient, bias_gradient, n, 2, h);
        break;
    case 3:
        layer_rows_backward(gradient, gradient_sums, out, x, sums, mix, stream_scale, mix_gradient,
                            stream_scale_gradient, bias_gradient, n, 3, h);
        break;
    default:
        layer_rows_backward(gradient, gradient_sums, out, x, sums, mix, stream_scale, mix_gradient,
                            stream_scale_gradient, bias_gradient, n, 4, h);
        break;
    }
}
