#define _GNU_SOURCE
#include "CHDF5Reading.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

// The last resort. The library trusts what it reads in many places; where a file that the checks before let through makes it
// commit a fault, the process ends as after any other unreadable file, and not by a signal.

static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS, MOST_PATH = 4096 };

static struct sigaction earlier[FAULT_COUNT];
static int status_of_faults;
static bool writes_json;

// The file that this thread's call of the library reads; NULL outside of such calls. Faults come to the thread that commits them.
static _Thread_local const char *volatile file_being_read;
// A stack for the handler, as a fault may be that the thread's own is full.
static _Thread_local _Alignas(16) char handler_stack[64 << 10];
static _Thread_local int has_handler_stack;

static void say(int descriptor, const char *text, size_t size) {
    while (size > 0) {
        ssize_t written = write(descriptor, text, size);
        if (written <= 0) return;
        text += written, size -= (size_t)written;
    }
}

// Adds text with nothing in it that steers a terminal or ends a string of JSON.
static size_t add_plain(char *text, size_t size, const char *plain) {
    for (size_t i = 0; plain[i] != '\0' && i < MOST_PATH; i++) {
        unsigned char byte = (unsigned char)plain[i];
        text[size++] = byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\' ? '?' : plain[i];
    }
    return size;
}

static size_t add(char *text, size_t size, const char *constant) {
    size_t count = strlen(constant);
    memcpy(text + size, constant, count);
    return size + count;
}

// Only what is safe in a handler: no allocation, no locks, no library.
static void end_of_reading(const char *file) {
    static const char before[] = "cannot read '", after[] = "': the HDF5 library breaks down on it, as it does on some files that are "
        "damaged or crafted; ", advice[] = "copy the file again or make it again";
    char text[2 * MOST_PATH + 1024];
    size_t size = add(text, 0, "Error: ");
    size = add(text, add_plain(text, add(text, size, before), file), after);
    size = add(text, add(text, size, advice), ".\n");
    say(STDERR_FILENO, text, size);
    if (writes_json) {
        size = add(text, add_plain(text, add(text, add(text, 0, "{\"error\":\""), before), file), after);
        size = add(text, add(text, add(text, add(text, size, advice), ".\",\"hint\":\""), advice), "\",\"where\":\"");
        size = add(text, add_plain(text, size, file), "\"}\n");
        say(STDOUT_FILENO, text, size);
    }
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

int hdf5_report_faults(int status, bool as_json) {
    status_of_faults = status;
    writes_json = as_json;
    struct sigaction action = {.sa_sigaction = report_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < FAULT_COUNT; i++)
        if (sigaction(FAULTS[i], &action, &earlier[i]) != 0) return -1;
    return 0;
}
