// A pool of sleeping threads that share an index. Workers spin for a moment before they sleep, because one training step
// opens a few hundred short parallel regions.
#define _GNU_SOURCE
#include "CThreads.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MAXIMUM_WORKERS 255
#define SPINS 4000

typedef struct {
    ct_body body;
    void *context;
    size_t count;
    atomic_size_t next;      // next index to hand out
    atomic_size_t open;      // workers that still may enter
    atomic_size_t finished;  // workers that entered and are done
} region;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;   // one region at a time
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static atomic_uint_fast64_t generation;
static region current;
static size_t workers;   // created so far; guarded by `gate`
static _Thread_local int inside;

size_t ct_processors(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return (size_t)CPU_COUNT(&allowed);
    return 1;
}

int ct_is_in_parallel(void) { return inside; }

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void drain(void) {
    for (;;) {
        size_t i = atomic_fetch_add_explicit(&current.next, 1, memory_order_relaxed);
        if (i >= current.count) return;
        current.body(current.context, i);
    }
}

static void *worker(void *born_in) {
    inside = 1;
    uint_fast64_t seen = (uintptr_t)born_in;
    for (;;) {
        for (int spin = 0; spin < SPINS && atomic_load(&generation) == seen; spin++) pause_briefly();
        if (atomic_load(&generation) == seen) {
            pthread_mutex_lock(&lock);
            while (atomic_load(&generation) == seen) pthread_cond_wait(&wake, &lock);
            pthread_mutex_unlock(&lock);
        }
        seen = atomic_load(&generation);
        // A worker that wakes late finds the region closed, or enters the next one.
        size_t open = atomic_load(&current.open);
        while (open > 0 && !atomic_compare_exchange_weak(&current.open, &open, open - 1)) {}
        if (open > 0) {
            drain();
            atomic_fetch_add(&current.finished, 1);
        }
    }
    return NULL;
}

void ct_parallel(size_t threads, size_t count, ct_body body, void *context) {
    if (threads > count) threads = count;
    if (threads > MAXIMUM_WORKERS + 1) threads = MAXIMUM_WORKERS + 1;
    // A second caller does not wait for the first one's region: it does its work alone.
    if (threads <= 1 || inside || pthread_mutex_trylock(&gate) != 0) {
        for (size_t i = 0; i < count; i++) body(context, i);
        return;
    }
    while (workers < threads - 1) {
        pthread_t thread;
        // A new worker joins from the next generation on.
        if (pthread_create(&thread, NULL, worker, (void *)(uintptr_t)atomic_load(&generation)) != 0) break;
        pthread_detach(thread);
        workers++;
    }
    current.body = body;
    current.context = context;
    current.count = count;
    atomic_store(&current.next, 0);
    atomic_store(&current.finished, 0);
    atomic_store(&current.open, threads - 1);
    pthread_mutex_lock(&lock);
    atomic_fetch_add(&generation, 1);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
    inside = 1;
    drain();
    inside = 0;
    size_t entered = threads - 1 - atomic_exchange(&current.open, 0);
    for (int spin = 0; atomic_load(&current.finished) < entered; spin++) {
        if (spin < SPINS) pause_briefly(); else sched_yield();
    }
    pthread_mutex_unlock(&gate);
}
