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
