// What stands between libhdf5 and a file that it reads. No type of the library appears here.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Registers the driver that files opened for reading are read through, and gives the library's identifier of it, which lives
// as long as the process; negative on failure.
int64_t hdf5_reading_driver(void);

// Makes the driver read no metadata that begins at this byte of the file; `handle` is what H5Fget_vfd_handle gives of a file that is
// read through the driver. Negative on failure.
int hdf5_refuse_reading(void *handle, uint64_t place);

// From here to hdf5_call_ends, this thread is inside a call of the library that reads `file`, whose path is kept by the caller.
void hdf5_call_begins(const char *file);
void hdf5_call_ends(void);

// Ends the process with `status` and one sentence on standard error where a call of the library, and nothing else, commits a
// fault (SIGSEGV, SIGBUS, SIGFPE, SIGABRT); `as_json`: also an object on standard output. All other faults go where they went
// before. Negative on failure.
int hdf5_report_faults(int status, bool as_json);
