#include "errors.h"
#if !__has_include(<Python.h>)

// Built without Python's headers: everything else still builds, and conversion says what is missing.

static bool unavailable(PythonError *error) {
    return python_fail(error, PYTHON_ERROR_UNAVAILABLE,
        "This build cannot read pickles, because Python's headers were missing when it was built: "
        "install them (Debian: apt install libpython3-dev) and build again.");
}

const char *python_version(void) { return NULL; }
bool python_start(PythonError *error) { return unavailable(error); }
bool python_add_module(const char *name, const char *source, PythonError *error) { return unavailable(error); }
PythonObject *python_call_function(
    const char *module, const char *function, PythonObject *const *arguments, size_t count, PythonError *error) {
    unavailable(error);
    return NULL;
}
PythonObject *python_call_method(
    PythonObject *object, const char *method, PythonObject *const *arguments, size_t count, PythonError *error) {
    unavailable(error);
    return NULL;
}
PythonObject *python_string(const char *utf8, size_t length, PythonError *error) {
    unavailable(error);
    return NULL;
}
PythonObject *python_bytes(size_t size, unsigned char **bytes, PythonError *error) {
    unavailable(error);
    return NULL;
}
PythonObject *python_mapped_bytes(int descriptor, size_t size, PythonError *error) {
    unavailable(error);
    return NULL;
}
bool python_bring_mapped(PythonObject *object, size_t begin, size_t end) { return false; }
bool python_mapped_is_whole(PythonObject *object) { return false; }
PythonObject *python_report(PythonReport report, void *context, PythonError *error) {
    unavailable(error);
    return NULL;
}
PythonWatch *python_watch_begin(PythonMayGoOn may_go_on, void *context) { return NULL; }
void python_watch_end(PythonWatch *watch) {}
PythonObject *python_next(PythonObject *iterator, PythonError *error) {
    unavailable(error);
    return NULL;
}
PythonObject *python_tuple_item(PythonObject *tuple, size_t index, PythonError *error) {
    unavailable(error);
    return NULL;
}
const char *python_content(PythonObject *object, size_t *length, PythonError *error) {
    unavailable(error);
    return NULL;
}
void python_release(PythonObject *object) {}

#endif
