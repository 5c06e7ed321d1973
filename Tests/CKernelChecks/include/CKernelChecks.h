#pragma once
// Runs every kernel on the same numbers, and tells its results apart to the bit: for machines that must agree.
#include <CKernels.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The name of the i-th check; NULL behind the last.
const char *kernel_check_name(size_t i);
/// What a check's kernels wrote.
typedef struct {
    /// Of all bits.
    uint64_t digest;
    /// Of the numbers, each with a weight that follows from its place.
    double sum;
} kernel_result;

/// Runs the i-th check over sizes that end within vectors and at their ends.
kernel_result kernel_check(const ck_kernels *kernels, size_t i);

#ifdef __cplusplus
}
#endif
