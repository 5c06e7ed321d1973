#pragma once
// The pool of threads under everything that is split over processors.
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The number of processors this process may use.
size_t ct_processors(void);
/// Called once for every index in 0..<count, on any of the pool's threads.
typedef void (*ct_body)(void *context, size_t index);
/// Runs body(context, i) for i in 0..<count on up to `threads` threads, the caller among them; returns when all are done.
/// A call from inside a body runs serially. The order of indices is not defined: bodies write to disjoint places.
void ct_parallel(size_t threads, size_t count, ct_body body, void *context);
/// Whether the caller is in such a body.
int ct_is_in_parallel(void);

#ifdef __cplusplus
}
#endif
