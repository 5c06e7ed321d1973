#include "bridge_internal.h"
#if __has_include(<Python.h>)

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct PythonWatch {
    PythonMayGoOn may_go_on;
    void *context;
    unsigned long watched;      // Python's number of the thread
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool is_over;
};

// Code that catches everything may catch this too, so that once it is to stop it is told so much more often.
enum { ASKING_MS = 200, STOPPING_MS = 2 };

static struct timespec after(long milliseconds) {
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    when.tv_nsec += milliseconds * 1000000;
    when.tv_sec += when.tv_nsec / 1000000000;
    when.tv_nsec %= 1000000000;
    return when;
}

static void *run(void *argument) {
    PythonWatch *watch = argument;
    long pause = ASKING_MS;
    pthread_mutex_lock(&watch->mutex);
    while (!watch->is_over) {
        struct timespec until = after(pause);
        while (!watch->is_over && pthread_cond_timedwait(&watch->ended, &watch->mutex, &until) == 0) {}
        if (watch->is_over) break;
        pthread_mutex_unlock(&watch->mutex);
        PyGILState_STATE state = PyGILState_Ensure();
        if (pause == STOPPING_MS || !watch->may_go_on(watch->context)) {
            PyThreadState_SetAsyncExc(watch->watched, python_stopped_type);
            pause = STOPPING_MS;
        }
        PyGILState_Release(state);
        pthread_mutex_lock(&watch->mutex);
    }
    pthread_mutex_unlock(&watch->mutex);
    return NULL;
}

PythonWatch *python_watch_begin(PythonMayGoOn may_go_on, void *context) {
    PythonError error = {0};
    if (!python_start(&error)) {
        python_error_free(&error);
        return NULL;
    }
    PythonWatch *watch = calloc(1, sizeof *watch);
    if (!watch) return NULL;
    watch->may_go_on = may_go_on;
    watch->context = context;
    watch->watched = PyThread_get_thread_ident();
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&watch->mutex, NULL);
    if (pthread_create(&watch->thread, NULL, run, watch) == 0) return watch;
    pthread_cond_destroy(&watch->ended);
    pthread_mutex_destroy(&watch->mutex);
    free(watch);
    return NULL;
}

void python_watch_end(PythonWatch *watch) {
    if (!watch) return;
    pthread_mutex_lock(&watch->mutex);
    watch->is_over = true;
    pthread_cond_signal(&watch->ended);
    pthread_mutex_unlock(&watch->mutex);
    pthread_join(watch->thread, NULL);
    // What was asked for and has not arrived must not stop the thread's next code.
    PyGILState_STATE state = PyGILState_Ensure();
    PyThreadState_SetAsyncExc(watch->watched, NULL);
    PyGILState_Release(state);
    pthread_cond_destroy(&watch->ended);
    pthread_mutex_destroy(&watch->mutex);
    free(watch);
}

#endif
