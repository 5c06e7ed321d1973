// Prints the checks' results for the fastest kernels of the processor that it runs on.
#include "CKernelChecks.h"
#include <inttypes.h>
#include <stdio.h>

int main(void) {
    const ck_kernels *kernels = ck_fastest();
    for (size_t i = 0; kernel_check_name(i); i++) {
        kernel_result result = kernel_check(kernels, i);
        printf("%s %s %016" PRIx64 " %.17g\n", kernel_check_name(i), kernels->name, result.digest, result.sum);
    }
}
