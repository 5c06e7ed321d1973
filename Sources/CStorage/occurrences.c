#include "CStorage.h"

// A hash table with open addressing over row numbers. Nearly every look at it misses the processor's caches, so memory is
// asked for what coming rows will need.
enum { FAR = 16, NEAR = 8 };

static inline size_t place(uint64_t hash, size_t mask) { return (size_t)(hash * 0x9E3779B97F4A7C15 >> 20) & mask; }

size_t storage_repeated(
    const uint64_t *hashes, const uint8_t *groups, size_t count, uint32_t *slots, size_t capacity, uint32_t *pairs,
    size_t limit) {
    const uint32_t empty = UINT32_MAX;
    const size_t mask = capacity - 1;
    size_t found = 0;
    for (size_t i = 0; i < capacity; i++) slots[i] = empty;
    for (size_t row = 0; row < count; row++) {
        if (row + FAR < count) __builtin_prefetch(slots + place(hashes[row + FAR], mask), 1);
        if (row + NEAR < count) {
            uint32_t other = slots[place(hashes[row + NEAR], mask)];
            if (other != empty) __builtin_prefetch(hashes + other);
        }
        uint64_t hash = hashes[row];
        if (hash == 0) continue;
        size_t slot = place(hash, mask);
        while (slots[slot] != empty && hashes[slots[slot]] != hash) slot = (slot + 1) & mask;
        uint32_t earlier = slots[slot];
        if (earlier == empty) {
            slots[slot] = (uint32_t)row;
        } else if (groups[earlier] != groups[row]) {
            if (found < limit) {
                pairs[2 * found] = earlier;
                pairs[2 * found + 1] = (uint32_t)row;
            }
            found++;
        }
    }
    return found;
}
