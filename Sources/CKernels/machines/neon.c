// 64-bit ARM: 32 registers of 4 numbers. A tile of 4 x 6 vectors leaves room for six of B and one of A.
#include "CKernels.h"

#if defined(__aarch64__)
#define KERNELS ck_neon
#define KERNELS_NAME "neon"
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 6
#define ROW_BLOCK 96         // rows of A at a time: 192 KiB
#define COLUMN_BLOCK 1008    // columns of B at a time: 2 MiB
#include "../kernels/all.h"
#endif
