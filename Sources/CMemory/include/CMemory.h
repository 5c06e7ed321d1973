#ifndef CMEMORY_H
#define CMEMORY_H

#include <stdbool.h>
#include <stddef.h>

/// From now on the process ends with a sentence where Swift is refused memory, which would otherwise end it with SIGABRT and a
/// backtrace. Requests of other code, Python's for example, are refused to it as before.
/// `advice` completes the sentence; it and what `status` says are kept. `as_json`: also an object on standard output.
void memory_end_in_a_sentence(const char *advice, int status, bool as_json);

/// Ends the process with that sentence where ``memory_end_in_a_sentence`` was called, and does nothing elsewhere: for code of ours that cannot
/// go on without `bytes` more.
void memory_refused(size_t bytes);

/// The bytes that the system can still give without taking them from others; PTRDIFF_MAX where it does not say. More may be promised than
/// there is, and who uses a promise that cannot be kept is killed.
size_t memory_available(void);

#endif
