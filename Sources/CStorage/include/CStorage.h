#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// CRC-32 as zlib computes it, at the speed of memory where the processor multiplies without carries.

// Whether storage_crc32_blocks may be called on this machine.
bool storage_has_fast_crc32(void);

// Goes on from `crc` (zlib's value, 0 at the beginning) over `count` bytes: at least 64 and a multiple of 16.
uint32_t storage_crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count);

// Asks the system to begin writing what it holds of a file to the disk, without waiting for it.
void storage_begin_writing(int descriptor);

// What is measured on rows of features, `values` [rows, width]. All give the same results on every machine.

// The largest of the values' bits without their signs: 0x7F800000 or more where a value is infinite or NaN.
uint32_t storage_largest_magnitude(const float *values, size_t count);

// present[row] is 1 where a row holds anything but zeros, otherwise 0.
void storage_rows_present(const float *values, size_t rows, size_t width, uint8_t *present);

// outside[row] is 1 where a value of a row is below `low` or above `high` [width] of its column, otherwise 0.
void storage_rows_outside(
    const float *values, size_t rows, size_t width, const float *low, const float *high, uint8_t *outside);

// A hash of the bits of each row; 0 for rows that hold nothing but zeros, and only for them.
void storage_row_hashes(const float *values, size_t rows, size_t width, uint64_t *hashes);

// Gathers the bits in which values differ from `first` [width] into differences [width], and adds to hashes [width] each
// value's bits times a random weight of its row, whose number is `number` for the first one.
void storage_column_differences(
    const float *values, size_t rows, size_t width, uint64_t number, const float *first, uint32_t *differences,
    uint64_t *hashes);

// Welford's recurrence on each column, in double precision: `mean` and `squares` [width] have seen `count` rows before.
void storage_column_moments(
    const float *values, size_t rows, size_t width, size_t count, double *mean, double *squares);

// Counts the rows whose hash came first in another group: groups[row] is not that of the first row with the same hash. Hashes
// of 0 are left out. The first `limit` of them are written to pairs [limit, 2], each behind the row where its hash came first.
// slots [capacity] is room to work in; capacity is a power of two above count, and count below 2^32 - 1.
size_t storage_repeated(
    const uint64_t *hashes, const uint8_t *groups, size_t count, uint32_t *slots, size_t capacity, uint32_t *pairs,
    size_t limit);
