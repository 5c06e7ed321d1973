#define _GNU_SOURCE
#include "bridge_internal.h"
#if __has_include(<Python.h>)

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// A bytes object whose content is a mapped file: the object's head ends where a page ends, and the file's pages follow. No
// memory is touched for the content, which costs more than reading it. Another page behind it holds the zero that ends every
// bytes object, whatever becomes of the file.
//
// A file that becomes shorter takes its pages with it. Whoever reads there next gets SIGBUS; the handler below puts empty pages
// in their place and notes it, so that reading goes on, to be refused later.

enum { MOST_MAPPINGS = 64 };

static struct {
    _Atomic uintptr_t begin, end;                // of the content's pages; begin is 0 where there is none
    atomic_bool lost;
} mappings[MOST_MAPPINGS];
static struct sigaction earlier_action;
static uintptr_t page_size;

static void replace_lost_pages(int signal, siginfo_t *information, void *context) {
    uintptr_t page = (uintptr_t)information->si_addr & ~(page_size - 1);
    for (int i = 0; i < MOST_MAPPINGS; i++) {
        uintptr_t begin = atomic_load(&mappings[i].begin), end = atomic_load(&mappings[i].end);
        if (begin == 0 || page < begin || page >= end) continue;
        void *made = mmap((void *)page, end - page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
        if (made == MAP_FAILED) break;
        atomic_store(&mappings[i].lost, true);
        return;
    }
    // Not ours: the fault happens again under the action that was there before.
    sigaction(SIGBUS, &earlier_action, NULL);
}

static void unmap(PyObject *object) {
    uintptr_t content = (uintptr_t)PyBytes_AS_STRING(object), end = content;
    for (int i = 0; i < MOST_MAPPINGS; i++) {
        if (atomic_load(&mappings[i].begin) != content) continue;
        end = atomic_load(&mappings[i].end);
        atomic_store(&mappings[i].begin, 0);
    }
    munmap((void *)(content - page_size), end - content + 2 * page_size);
}

static PyTypeObject mapped_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "vuemo.MappedBytes",
    .tp_doc = "The content of a mapped file.",
    .tp_base = &PyBytes_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = unmap,
};

// Once per process, under the interpreter's lock.
static bool prepare(void) {
    if (page_size != 0) return true;
    if (PyType_Ready(&mapped_type) < 0) return false;
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction action = {.sa_sigaction = replace_lost_pages, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, &earlier_action) == 0;
}

// The object, NULL with a Python exception.
static PyObject *map(int descriptor, size_t size) {
    int slot = 0;
    while (slot < MOST_MAPPINGS && atomic_load(&mappings[slot].begin) != 0) slot++;
    if (slot == MOST_MAPPINGS) return PyErr_NoMemory();
    // Writable, so that the system counts it as memory of this process where that is bounded (RLIMIT_DATA); nobody writes.
    const int access = PROT_READ | PROT_WRITE;
    const size_t pages = (size + page_size - 1) & ~(page_size - 1);
    unsigned char *whole = mmap(NULL, pages + 2 * page_size, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (whole == MAP_FAILED) return PyErr_NoMemory();
    unsigned char *content = whole + page_size;
    if (mmap(content, pages, access, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, descriptor, 0) == MAP_FAILED) {
        PyErr_SetFromErrno(PyExc_OSError);
        munmap(whole, pages + 2 * page_size);
        return NULL;
    }
    atomic_store(&mappings[slot].lost, false);
    atomic_store(&mappings[slot].end, (uintptr_t)content + pages);
    atomic_store(&mappings[slot].begin, (uintptr_t)content);
    PyBytesObject *made = (PyBytesObject *)(content - offsetof(PyBytesObject, ob_sval));
    PyObject_InitVar((PyVarObject *)made, &mapped_type, (Py_ssize_t)size);
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    made->ob_shash = -1;
    return (PyObject *)made;
}

PythonObject *python_mapped_bytes(int descriptor, size_t size, PythonError *error) {
    if (!python_start(error)) return NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *made = prepare() ? map(descriptor, size) : NULL;
    if (!made) python_take_exception(error);
    PyGILState_Release(state);
    return as_handle(made);
}

bool python_bring_mapped(PythonObject *object, size_t begin, size_t end) {
#ifdef MADV_POPULATE_READ
    uintptr_t content = (uintptr_t)PyBytes_AS_STRING(as_python(object)), first = (content + begin) & ~(page_size - 1);
    while (madvise((void *)first, content + end - first, MADV_POPULATE_READ) != 0)
        if (errno != EAGAIN && errno != EINTR) return errno != EFAULT && errno != EIO;
#endif
    return true;
}

bool python_mapped_is_whole(PythonObject *object) {
    uintptr_t content = (uintptr_t)PyBytes_AS_STRING(as_python(object));
    for (int i = 0; i < MOST_MAPPINGS; i++)
        if (atomic_load(&mappings[i].begin) == content) return !atomic_load(&mappings[i].lost);
    return true;
}

#endif
