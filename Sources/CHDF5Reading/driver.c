#include "CHDF5Reading.h"
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// A virtual file driver for reading. It differs from the library's own (sec2) in three ways: it lacks the features that put the
// library's accumulator of metadata and its sieve buffer between a file and its bytes, whose arithmetic overflows at addresses
// near 2^64; it reads nothing outside of the file, where sec2 gives zeros; and it keeps headers from the library that it is told of.

struct reading_file {
    H5FD_t common;                               // first, as the library asks
    int descriptor;
    haddr_t end;                                 // of the file, in bytes
    haddr_t allocated;                           // where the library says that the file's content ends
    dev_t device;
    ino_t inode;
    uint64_t *refused;                           // where nothing is read
    size_t refused_count;
};

#define FAIL_WITH(minor, ...) \
    (void)H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_VFL, minor, __VA_ARGS__)

static H5FD_t *reading_open(const char *name, unsigned flags, hid_t access, haddr_t largest) {
    (void)access, (void)largest;
    if (flags & ~(unsigned)(H5F_ACC_RDONLY | H5F_ACC_SWMR_READ)) {
        FAIL_WITH(H5E_UNSUPPORTED, "this driver only reads");
        return NULL;
    }
    struct reading_file *file = calloc(1, sizeof *file);
    if (file == NULL) return NULL;
    struct stat information;
    file->descriptor = open(name, O_RDONLY | O_CLOEXEC);
    if (file->descriptor < 0 || fstat(file->descriptor, &information) != 0) {
        // The library's words, in which this project looks for the number.
        int number = errno;
        FAIL_WITH(H5E_CANTOPENFILE, "unable to open file: errno = %d, error message = '%s'", number, strerror(number));
        if (file->descriptor >= 0) close(file->descriptor);
        free(file);
        return NULL;
    }
    file->end = (haddr_t)information.st_size;
    file->device = information.st_dev;
    file->inode = information.st_ino;
    return &file->common;
}

static herr_t reading_close(H5FD_t *common) {
    struct reading_file *file = (struct reading_file *)common;
    close(file->descriptor);
    free(file->refused);
    free(file);
    return 0;
}

// Two openings of one file are one to the library, which then keeps its metadata once.
static int reading_compare(const H5FD_t *left, const H5FD_t *right) {
    const struct reading_file *a = (const struct reading_file *)left, *b = (const struct reading_file *)right;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    return a->inode < b->inode ? -1 : a->inode > b->inode;
}

static herr_t reading_query(const H5FD_t *file, unsigned long *features) {
    (void)file;
    *features = H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t reading_get_allocated(const H5FD_t *common, H5FD_mem_t type) {
    (void)type;
    return ((const struct reading_file *)common)->allocated;
}

static herr_t reading_set_allocated(H5FD_t *common, H5FD_mem_t type, haddr_t address) {
    (void)type;
    ((struct reading_file *)common)->allocated = address;
    return 0;
}

static haddr_t reading_get_end(const H5FD_t *common, H5FD_mem_t type) {
    (void)type;
    return ((const struct reading_file *)common)->end;
}

static herr_t reading_get_handle(H5FD_t *common, hid_t access, void **handle) {
    (void)access;
    *handle = &((struct reading_file *)common)->descriptor;
    return 0;
}

static herr_t reading_read(H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer) {
    (void)transfer;
    const struct reading_file *file = (const struct reading_file *)common;
    if (address > file->end || size > file->end - address) {
        FAIL_WITH(H5E_OVERFLOW, "it points at %llu bytes at byte %llu, which lie outside of the file's %llu bytes",
                  (unsigned long long)size, (unsigned long long)address, (unsigned long long)file->end);
        return -1;
    }
    for (size_t i = 0; i < file->refused_count; i++) {
        if (address != file->refused[i] || type == H5FD_MEM_DRAW) continue;
        FAIL_WITH(H5E_READERROR, "its header cannot be read");
        return -1;
    }
    for (char *rest = buffer; size > 0;) {
        ssize_t got = pread(file->descriptor, rest, size, (off_t)address);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            int number = errno;
            FAIL_WITH(H5E_READERROR, "file read failed: errno = %d, error message = '%s'", number, strerror(number));
            return -1;
        }
        if (got == 0) {
            FAIL_WITH(H5E_READERROR, "the file became shorter while it was read");
            return -1;
        }
        rest += got, address += (haddr_t)got, size -= (size_t)got;
    }
    return 0;
}

int hdf5_refuse_reading(void *handle, uint64_t place) {
    struct reading_file *file = (struct reading_file *)((char *)handle - offsetof(struct reading_file, descriptor));
    uint64_t *longer = realloc(file->refused, (file->refused_count + 1) * sizeof *longer);
    if (longer == NULL) return -1;
    longer[file->refused_count++] = place;
    file->refused = longer;
    return 0;
}

static herr_t reading_write(
    H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *buffer) {
    (void)common, (void)type, (void)transfer, (void)address, (void)size, (void)buffer;
    FAIL_WITH(H5E_WRITEERROR, "the file is open for reading only");
    return -1;
}

// Asked for only where the environment wants locks (HDF5_USE_FILE_LOCKING); as sec2 does it, and in its words.
static herr_t reading_lock(H5FD_t *common, hbool_t exclusive) {
    if (flock(((struct reading_file *)common)->descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return 0;
    int number = errno;
    FAIL_WITH(H5E_BADFILE, "unable to lock file, errno = %d, error message = '%s'", number, strerror(number));
    return -1;
}

static herr_t reading_unlock(H5FD_t *common) {
    return flock(((struct reading_file *)common)->descriptor, LOCK_UN) == 0 ? 0 : -1;
}

int64_t hdf5_reading_driver(void) {
    static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 0)
        .version = H5FD_CLASS_VERSION,
        // Numbers from 256 on are for drivers that no other program needs to know.
        .value = (H5FD_class_value_t)300,
#endif
        .name = "vuemo-reading",
        .maxaddr = (haddr_t)INT64_MAX,
        .fc_degree = H5F_CLOSE_WEAK,
        .open = reading_open,
        .close = reading_close,
        .cmp = reading_compare,
        .query = reading_query,
        .get_eoa = reading_get_allocated,
        .set_eoa = reading_set_allocated,
        .get_eof = reading_get_end,
        .get_handle = reading_get_handle,
        .read = reading_read,
        .write = reading_write,
        .lock = reading_lock,
        .unlock = reading_unlock,
        .fl_map = H5FD_FLMAP_DICHOTOMY,
    };
    return H5FDregister(&driver);
}
