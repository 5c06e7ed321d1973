// libhdf5's C interface for Swift: the library's "constants" are macros that open the library and read a global, which
// Swift cannot import, so each one that is used stands here as a function.
#pragma once
#include <hdf5.h>
#include <stdio.h>
#include <string.h>

// Types in memory.
static inline hid_t shim_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t shim_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t shim_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t shim_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t shim_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t shim_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t shim_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t shim_native_uint64(void) { return H5T_NATIVE_UINT64; }

// Types in files: little-endian whatever the machine.
static inline hid_t shim_file_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t shim_file_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t shim_file_int8(void) { return H5T_STD_I8LE; }
static inline hid_t shim_file_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t shim_file_int32(void) { return H5T_STD_I32LE; }
static inline hid_t shim_file_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t shim_file_int64(void) { return H5T_STD_I64LE; }
static inline hid_t shim_file_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t shim_c_string(void) { return H5T_C_S1; }

// Property list classes.
static inline hid_t shim_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t shim_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t shim_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t shim_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t shim_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t shim_default(void) { return H5P_DEFAULT; }
static inline hid_t shim_all(void) { return H5S_ALL; }

// Flags of H5Fopen and H5Fcreate.
static inline unsigned shim_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned shim_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned shim_exclusive(void) { return H5F_ACC_EXCL; }

// The error stack belongs to a thread: silence it before every call, read it after a failed one.
static inline void shim_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

struct shim_message {
    char *text;
    size_t size;
};

static herr_t shim_take_first(unsigned number, const H5E_error2_t *error, void *context) {
    struct shim_message *message = (struct shim_message *)context;
    if (number == 0 && error->desc != NULL) snprintf(message->text, message->size, "%s", error->desc);
    return 0;
}

// Writes the innermost (most specific) message of this thread's error stack into text.
static inline void shim_last_error(char *text, size_t size) {
    struct shim_message message = {text, size};
    text[0] = '\0';
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, shim_take_first, &message);
}

// What kind of link a name is: 0 hard, 1 soft, 2 external or user-defined, negative on failure.
static inline int shim_link_kind(hid_t location, const char *name) {
    H5L_info_t information;
    if (H5Lget_info(location, name, &information, H5P_DEFAULT) < 0) return -1;
    if (information.type == H5L_TYPE_HARD) return 0;
    return information.type == H5L_TYPE_SOFT ? 1 : 2;
}
