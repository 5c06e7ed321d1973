// Any processor that the program starts on. Products are left to OpenBLAS.
#include "CKernels.h"

#define KERNELS ck_plain
#define KERNELS_NAME "plain"
#define LANES 4
#include "../kernels/all.h"
