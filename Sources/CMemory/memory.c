// Swift has no way to say that there is no memory: its runtime aborts. So the program's own malloc and its kin stand before the C
// library's, to which they hand over everything; a refusal to the Swift runtime or to Foundation ends the process in order.
#define _GNU_SOURCE
#include "CMemory.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define MEMORY_IS_WATCHED 1
#endif
#endif

static char advice_text[256];
static int exit_status;
static bool writes_json;
static atomic_bool is_on, is_ending;

void memory_end_in_a_sentence(const char *advice, int status, bool as_json) {
    snprintf(advice_text, sizeof advice_text, "%s", advice);
    exit_status = status;
    writes_json = as_json;
    atomic_store(&is_on, true);
}

static void say(int descriptor, const char *text) {
    for (size_t left = strlen(text); left > 0;) {
        ssize_t count = write(descriptor, text, left);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        text += count;
        left -= (size_t)count;
    }
}

void memory_refused(size_t bytes) {
    if (!atomic_load(&is_on)) return;
    if (atomic_exchange(&is_ending, true)) {
        for (;;) pause();
    }
    char sentence[512], line[1024];
    snprintf(sentence, sizeof sentence, "There is not enough memory: %zu bytes more were asked for; %s", bytes, advice_text);
    snprintf(line, sizeof line, "Error: %s.\n", sentence);
    say(STDERR_FILENO, line);
    if (writes_json) {
        snprintf(line, sizeof line, "{\"error\":\"%s.\",\"hint\":\"%s\",\"where\":null}\n", sentence, advice_text);
        say(STDOUT_FILENO, line);
    }
    _exit(exit_status);
}

size_t memory_available(void) {
    FILE *file = fopen("/proc/meminfo", "r");
    if (!file) return PTRDIFF_MAX;
    char line[128];
    size_t kibibytes = PTRDIFF_MAX >> 10;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "MemAvailable: %zu kB", &kibibytes) == 1) break;
    }
    fclose(file);
    return kibibytes << 10;
}

#if defined(__GLIBC__) && !defined(MEMORY_IS_WATCHED)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

/// Whether the code at `caller` takes a refusal for granted never to come.
static bool cannot_be_refused(const void *caller) {
    Dl_info info;
    if (!dladdr(caller, &info) || !info.dli_fname) return false;
    const char *slash = strrchr(info.dli_fname, '/');
    const char *name = slash ? slash + 1 : info.dli_fname;
    return !strncmp(name, "libswift", 8) || !strncmp(name, "libFoundation", 13);
}

static void refused(size_t bytes, const void *caller) {
    if (cannot_be_refused(caller)) memory_refused(bytes);
}

void *malloc(size_t bytes) {
    void *memory = __libc_malloc(bytes);
    if (!memory) refused(bytes, __builtin_return_address(0));
    return memory;
}

void *calloc(size_t count, size_t bytes) {
    void *memory = __libc_calloc(count, bytes);
    if (!memory) refused(count * bytes, __builtin_return_address(0));
    return memory;
}

void *realloc(void *before, size_t bytes) {
    void *memory = __libc_realloc(before, bytes);
    if (!memory && bytes > 0) refused(bytes, __builtin_return_address(0));
    return memory;
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
    *memory = __libc_memalign(alignment, bytes);
    if (*memory) return 0;
    refused(bytes, __builtin_return_address(0));
    return ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    void *memory = __libc_memalign(alignment, bytes);
    if (!memory) refused(bytes, __builtin_return_address(0));
    return memory;
}

#endif
