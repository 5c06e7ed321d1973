// Processors with AVX2 and FMA: 16 registers of 8 numbers. A tile of 6 x 2 vectors leaves room for two of B and a factor of A.
#include "CKernels.h"
// The C library's own functions are not compiled for this kind: their headers come before the attribute.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define KERNELS ck_avx2
#define KERNELS_NAME "avx2"
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define ROW_BLOCK 96         // rows of A at a time: 192 KiB
#define COLUMN_BLOCK 1024    // columns of B at a time: 2 MiB
#include "../kernels/all.h"
#pragma clang attribute pop
#endif
