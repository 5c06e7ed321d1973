// Processors with AVX-512: 32 registers of 16 numbers. A tile of 12 x 2 vectors leaves room for two of B and a factor of A.
#include "CKernels.h"
// The C library's own functions are not compiled for this kind: their headers come before the attribute.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
// For this kind, clang would keep to half of the registers; exponentials take 1.3 to 1.6 times as long there.
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit"))), apply_to = function)
#define KERNELS ck_avx512
#define KERNELS_NAME "avx512"
#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define ROW_BLOCK 192        // rows of A at a time: 384 KiB
#define COLUMN_BLOCK 1024    // columns of B at a time: 2 MiB
#include "../kernels/all.h"
#pragma clang attribute pop
#endif
