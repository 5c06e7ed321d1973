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

// What a name leads to, found without opening it.
struct shim_object {
    int kind;           // 0 group, 1 dataset, 2 anything else
    uint64_t address;   // where its header lies in the file: the same for all names of one object
};

// Describes the object that a hard link names; negative on failure.
static inline int shim_describe(hid_t location, const char *name, struct shim_object *object) {
#if H5_VERSION_GE(1, 12, 0)
    H5O_info1_t information;
#else
    H5O_info_t information;
#endif
    if (H5Oget_info_by_name2(location, name, &information, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
    object->kind = information.type == H5O_TYPE_GROUP ? 0 : information.type == H5O_TYPE_DATASET ? 1 : 2;
    object->address = information.addr;
    return 0;
}

// Keeps the library's cache of object headers at so many bytes of the file. In memory they take some ten times as many.
static inline int shim_bound_metadata_cache(hid_t access, size_t bytes) {
    H5AC_cache_config_t config;
    config.version = H5AC__CURR_CACHE_CONFIG_VERSION;
    if (H5Pget_mdc_config(access, &config) < 0) return -1;
    config.set_initial_size = 1;
    config.initial_size = config.min_size = config.max_size = bytes;
    config.incr_mode = H5C_incr__off;
    config.flash_incr_mode = H5C_flash_incr__off;
    config.decr_mode = H5C_decr__off;
    return H5Pset_mdc_config(access, &config);
}

// What a name in a group leads to: HDF5 1.12 gave the form with addresses another name.
#if H5_VERSION_GE(1, 12, 0)
typedef H5L_info1_t shim_link;
#define shim_literate H5Literate1
#define shim_link_of H5Lget_info1
#else
typedef H5L_info_t shim_link;
#define shim_literate H5Literate
#define shim_link_of H5Lget_info
#endif

// Walks over the names in a group in the file's own order: asked for sorted names, libhdf5 1.10 frees memory it never had when the
// group's index is damaged.
static inline int shim_walk(hid_t group, herr_t (*visit)(hid_t, const char *, const shim_link *, void *), void *context) {
    hsize_t index = 0;
    return shim_literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &index, visit, context);
}

// What one name in a group leads to; negative where there is no such name.
static inline int shim_find_link(hid_t group, const char *name, shim_link *link) {
    return H5Lexists(group, name, H5P_DEFAULT) > 0 ? shim_link_of(group, name, link, H5P_DEFAULT) : -1;
}

static hid_t shim_follow_nothing(
    const char *name, hid_t group, const void *data, size_t size, hid_t access, hid_t transfer) {
    (void)name, (void)group, (void)data, (void)size, (void)access, (void)transfer;
    return -1;
}

// Puts a class in the place of the library's own for external links that follows none of them, and forbids the library to
// load code for filters that it does not have built in.
static inline int shim_stay_in_the_file(void) {
    static const H5L_class_t links = {
        H5L_LINK_CLASS_T_VERS, (H5L_type_t)H5L_TYPE_EXTERNAL, "external", NULL, NULL, NULL, shim_follow_nothing, NULL, NULL,
    };
    return H5PLset_loading_state(0) < 0 || H5Lregister(&links) < 0 ? -1 : 0;
}

// Whether a type is IEEE's half precision in either byte order, for which this library has no name.
static inline int shim_is_half(hid_t type) {
    size_t sign, exponent, exponent_size, mantissa, mantissa_size;
    if (H5Tget_size(type) != 2 || H5Tget_precision(type) != 16 || H5Tget_offset(type) != 0) return 0;
    if (H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size) < 0) return 0;
    return sign == 15 && exponent == 10 && exponent_size == 5 && mantissa == 0 && mantissa_size == 10 &&
           H5Tget_ebias(type) == 15 && H5Tget_norm(type) == H5T_NORM_IMPLIED;
}

// IEEE floating point of `size` bytes, or integers, in a byte order; negative where the library has none.
static inline hid_t shim_standard_float(size_t size, int little) {
    if (size == 4) return little ? H5T_IEEE_F32LE : H5T_IEEE_F32BE;
    if (size == 8) return little ? H5T_IEEE_F64LE : H5T_IEEE_F64BE;
    return -1;
}

static inline hid_t shim_standard_integer(size_t size, int is_signed, int little) {
    switch (size) {
    case 1: return is_signed ? (little ? H5T_STD_I8LE : H5T_STD_I8BE) : (little ? H5T_STD_U8LE : H5T_STD_U8BE);
    case 2: return is_signed ? (little ? H5T_STD_I16LE : H5T_STD_I16BE) : (little ? H5T_STD_U16LE : H5T_STD_U16BE);
    case 4: return is_signed ? (little ? H5T_STD_I32LE : H5T_STD_I32BE) : (little ? H5T_STD_U32LE : H5T_STD_U32BE);
    case 8: return is_signed ? (little ? H5T_STD_I64LE : H5T_STD_I64BE) : (little ? H5T_STD_U64LE : H5T_STD_U64BE);
    default: return -1;
    }
}
