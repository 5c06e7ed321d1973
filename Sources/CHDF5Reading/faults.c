#define _GNU_SOURCE
#include "CHDF5Reading.h"
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

// The last resort. The library trusts what it reads in many places; where a file that the checks before let through makes it
// commit a fault, the process ends as after any other unreadable file, and not by a signal.

static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };

static struct sigaction earlier[FAULT_COUNT];
static int status_of_faults;

// The file that this thread's call of the library reads; NULL outside of such calls. Faults come to the thread that commits them.
static _Thread_local const char *volatile file_being_read;
// A stack for the handler, as a fault may be that the thread's own is full.
static _Thread_local _Alignas(16) char handler_stack[64 << 10];
static _Thread_local int has_handler_stack;

static void say(const char *text, size_t size) {
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, text, size);
        if (written <= 0) return;
        text += written, size -= (size_t)written;
    }
}

// Only what is safe in a handler: no allocation, no locks, no library.
static void end_of_reading(const char *file) {
    static const char before[] = "Error: cannot read '", after[] =
        "': the HDF5 library breaks down on it, as it does on some files that are damaged or crafted; copy the file again or make "
        "it again.\n";
    char text[sizeof before + sizeof after + 4096];
    size_t size = 0;
    memcpy(text, before, sizeof before - 1), size += sizeof before - 1;
    // A file's name must not steer a terminal.
    for (size_t i = 0; file[i] != '\0' && i < 4096; i++)
        text[size++] = (unsigned char)file[i] < 0x20 || file[i] == 0x7f ? '?' : file[i];
    memcpy(text + size, after, sizeof after - 1), size += sizeof after - 1;
    say(text, size);
    _exit(status_of_faults);
}

static void report_fault(int number, siginfo_t *information, void *context) {
    (void)context;
    const char *file = file_being_read;
    // One that another process sent is no fault.
    if (file != NULL && (information->si_code > 0 || information->si_pid == getpid())) end_of_reading(file);
    // Not the library's: it happens again under the action that was there before.
    for (int i = 0; i < FAULT_COUNT; i++)
        if (FAULTS[i] == number) sigaction(number, &earlier[i], NULL);
    // One that was sent does not happen again by itself; it is blocked until this handler returns.
    if (information->si_code <= 0) raise(number);
}

void hdf5_call_begins(const char *file) {
    if (!has_handler_stack) {
        stack_t present;
        if (sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_DISABLE)) {
            stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
            sigaltstack(&stack, NULL);
        }
        has_handler_stack = 1;
    }
    file_being_read = file;
}

void hdf5_call_ends(void) { file_being_read = NULL; }

int hdf5_report_faults(int status) {
    status_of_faults = status;
    struct sigaction action = {.sa_sigaction = report_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < FAULT_COUNT; i++)
        if (sigaction(FAULTS[i], &action, &earlier[i]) != 0) return -1;
    return 0;
}
