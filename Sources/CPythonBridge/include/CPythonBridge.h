#pragma once
#include <stdbool.h>
#include <stddef.h>

// Opaque handles around an embedded CPython: the only code that sees Python.h.
//
// Every function may be called from any thread; each takes the interpreter's lock for itself. Where a function fails
// it returns NULL or false and sets `*error`, which the caller owns and frees with python_error_free.
// Built without Python's headers, every function that can fail does so and says why.

#ifdef __cplusplus
extern "C" {
#endif

// A reference to some Python object; give it back with python_release.
typedef struct PythonObject PythonObject;

typedef enum {
    PYTHON_ERROR_UNAVAILABLE,   // no interpreter: built without it, or its standard library is missing
    PYTHON_ERROR_INPUT,         // a ConversionFault: the message is a sentence for the user
    PYTHON_ERROR_STOPPED,       // a report callback asked to stop
    PYTHON_ERROR_MEMORY,        // out of memory
    PYTHON_ERROR_INTERNAL,      // any other exception: "Type: text (file:line)"
} PythonErrorKind;

typedef struct {
    PythonErrorKind kind;
    char *message;              // UTF-8
} PythonError;

void python_error_free(PythonError *error);

// The interpreter's version, "3.11.2", or NULL where there is none.
const char *python_version(void);

// Starts the interpreter once per process: isolated, without site-packages and environment variables. The standard
// library is looked for beside the libpython that is loaded.
bool python_start(PythonError *error);

// Runs `source` as the module `name`, so that later modules can import it. Give them in the order of their imports.
bool python_add_module(const char *name, const char *source, PythonError *error);

// `module.function(arguments…)`, or `object.method(arguments…)`.
PythonObject *python_call_function(
    const char *module, const char *function, PythonObject *const *arguments, size_t count, PythonError *error);
PythonObject *python_call_method(
    PythonObject *object, const char *method, PythonObject *const *arguments, size_t count, PythonError *error);

PythonObject *python_string(const char *utf8, size_t length, PythonError *error);

// A bytes object of `size` bytes to be filled through `*bytes` before anything else is done with it.
PythonObject *python_bytes(size_t size, unsigned char **bytes, PythonError *error);

// A bytes object whose content is the first `size` bytes, at least one, of an open regular file, mapped instead of copied. The
// file should not change meanwhile: bytes of it that are cut off read as zeros then.
PythonObject *python_mapped_bytes(int descriptor, size_t size, PythonError *error);

// Brings a part of a mapped file into memory now. Returns false where it cannot be read, above all because the file became
// shorter; whatever else fails, it comes with its first use.
bool python_bring_mapped(PythonObject *object, size_t begin, size_t end);

// Whether nothing of a mapped file was found missing so far.
bool python_mapped_is_whole(PythonObject *object);

// A callable of one integer. Where `report(position, context)` returns false, the Python code that called it stops with
// PYTHON_ERROR_STOPPED. `context` must outlive the object's use.
typedef bool (*PythonReport)(size_t position, void *context);
PythonObject *python_report(PythonReport report, void *context, PythonError *error);

// Asks `may_go_on` now and then, from a thread of its own with the interpreter's lock held, for as long as the calling thread runs Python
// code that reports nothing itself, such as a loop without an end. Where the answer is false, that code is stopped with PYTHON_ERROR_STOPPED,
// again and again until it ends. NULL where there is no thread to be had: the code then runs unwatched. Only loops in Python are stopped: a
// single call of the standard library runs to its end.
typedef struct PythonWatch PythonWatch;
typedef bool (*PythonMayGoOn)(void *context);
PythonWatch *python_watch_begin(PythonMayGoOn may_go_on, void *context);

// Ends a watch, from the thread that began it; `may_go_on` is not called any more. Takes NULL.
void python_watch_end(PythonWatch *watch);

// The next item of an iterator; NULL with error->message NULL at its end.
PythonObject *python_next(PythonObject *iterator, PythonError *error);

// An item of a tuple, a new reference.
PythonObject *python_tuple_item(PythonObject *tuple, size_t index, PythonError *error);

// The content of a str (UTF-8) or bytes object, valid as long as the object.
const char *python_content(PythonObject *object, size_t *length, PythonError *error);

void python_release(PythonObject *object);

#ifdef __cplusplus
}
#endif
