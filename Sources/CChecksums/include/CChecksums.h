#ifndef CCHECKSUMS_H
#define CCHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

/// Folds the beginning of some bytes into 16 bytes that have the same CRC-32.
///
/// `crc` is the CRC-32 of everything before (0 for nothing). Returns how many bytes were folded, a multiple of 16; the
/// CRC-32 of everything up to there is what zlib's crc32(0xFFFFFFFF, folded, 16) gives. Returns 0, and leaves `folded`
/// alone, where the processor has no carry-less product or the bytes are too few to gain by it.
size_t checksum_fold_crc32(uint32_t crc, const unsigned char *bytes, size_t count, unsigned char folded[16]);

#endif
