// The functions of fastmath.h at every float32: how far they are from the double-precision ones, and whether they ever fall where the
// true function rises. Prints a line for each and fails where a bound is broken.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../../Sources/CKernels/kernels/fastmath.h"

static float number(uint32_t bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

/// The distance between float32 numbers at a value; that of the smallest normal numbers below them.
static double spacing(double value) {
    float size = (float)fabs(value);
    uint32_t bits;
    if (size < 0x1p-126f) size = 0x1p-126f;
    memcpy(&bits, &size, 4);
    return (double)number(bits + 1) - (double)size;
}

static double logistic(double x) { return 1 / (1 + exp(-x)); }

typedef struct {
    const char *name;
    float (*fast)(float);
    double (*exact)(double);
    float least, most;       // where it is compared
    double ulp, absolute;    // what an error may be: at most the one or the other
} Function;

static float exponential(float x) { return fast_exp(x); }
static float sigmoid(float x) { return fast_sigmoid(x); }
static float tangent(float x) { return fast_tanh(x); }
static float error_function(float x) { return fast_erf(x); }

static int check(Function function) {
    double relative = 0, absolute = 0;
    long falls = 0, broken = 0;
    float before = -INFINITY;
    for (int negative = 1; negative >= 0; negative--) {
        for (uint32_t step = 0; step < 0x7F800000u; step++) {
            float x = number(negative ? 0x80000000u | (0x7F7FFFFFu - step) : step);
            if (x < function.least || x > function.most) continue;
            float y = function.fast(x);
            falls += y < before;
            before = y;
            // Every 64th of them is compared, beginning elsewhere in each run of them.
            if ((step & 63) != ((step >> 6) & 63)) continue;
            double exact = function.exact(x), error = fabs(y - exact), units = error / spacing(exact);
            if (error > absolute) absolute = error;
            if (units > relative) relative = units;
            broken += !(units <= function.ulp || error <= function.absolute);
        }
    }
    printf("%-8s at most %.2f ulp, %.2g absolute; %ld falls; %ld beyond the bound of %g ulp or %g\n", function.name, relative,
           absolute, falls, broken, function.ulp, function.absolute);
    return falls > 0 || broken > 0;
}

int main(void) {
    // The Gaussian error function is used in 1 + erf(x) alone, where the digits of small results do not count.
    Function functions[] = {
        {"exp", exponential, exp, -87, 88, 2, 0},
        {"sigmoid", sigmoid, logistic, -87, 88, 4, 0},
        {"tanh", tangent, tanh, -20, 20, 4, 2e-7},
        {"erf", error_function, erf, -8, 8, 0, 6e-7},
    };
    int failed = 0;
    for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++) failed += check(functions[i]);
    return failed > 0;
}
