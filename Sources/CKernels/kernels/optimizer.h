#include <CMultiversion.h>
#include <math.h>

INLINE double sum_of_squares(const float *x, size_t count) {
    REASSOCIATE
    double sum = 0;
    IN_LANES
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * x[i];
    return sum;
}

static double ck_sum_of_squares(const float *x, size_t count) {
    double squares = 0;
    for (size_t start = 0; start < count; start += 2048)
        squares += sum_of_squares(x + start, count - start < 2048 ? count - start : 2048);
    return squares;
}

static double ck_adamw(float *restrict parameters, float *restrict gradients, float *restrict first,
                           float *restrict second, size_t count, ck_adamw_rates rates) {
    // PyTorch's order: decay, then p -= lr / correction1 * m / (sqrt(v) / sqrt(correction2) + epsilon).
    const float rest1 = rates.rest1, beta2 = rates.beta2, rest2 = rates.rest2, epsilon = rates.epsilon;
    const float scale = rates.gradient_scale;
    float decay = 1.0f - rates.learning_rate * rates.weight_decay;
    float step = rates.learning_rate / rates.correction1, root = 1.0f / sqrtf(rates.correction2);
    double squares = 0;
    // Gradients are summed in pieces that stay in the cache until the update reads them again.
    for (size_t start = 0; start < count; start += 2048) {
        size_t end = count - start < 2048 ? count : start + 2048;
        squares += sum_of_squares(gradients + start, end - start);
        for (size_t i = start; i < end; i++) {
            float g = gradients[i] * scale;
            float m = first[i] + (g - first[i]) * rest1;
            float v = second[i] * beta2 + g * g * rest2;
            first[i] = m;
            second[i] = v;
            parameters[i] = parameters[i] * decay - step * (m / (sqrtf(v) * root + epsilon));
            gradients[i] = 0;
        }
    }
    return squares;
}
