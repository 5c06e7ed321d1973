#define _GNU_SOURCE
#include "CStorage.h"
#include <fcntl.h>

void storage_begin_writing(int descriptor) {
#ifdef __linux__
    (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}
