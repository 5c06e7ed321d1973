#include "bridge_internal.h"
#if __has_include(<Python.h>)

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// A class's name as one of this type's bases, for exceptions defined in modules added from source.
static bool has_base_named(PyObject *type, const char *name) {
    PyObject *bases = PyType_Check(type) ? ((PyTypeObject *)type)->tp_mro : NULL;
    for (Py_ssize_t i = 0; bases && i < PyTuple_GET_SIZE(bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(bases, i);
        if (PyType_Check(base) && strcmp(((PyTypeObject *)base)->tp_name, name) == 0) return true;
    }
    return false;
}

void *python_take_exception(PythonError *error) {
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    PyObject *text = value ? PyObject_Str(value) : NULL;
    const char *message = text ? PyUnicode_AsUTF8(text) : NULL;
    if (!message) message = "no message";
    PyErr_Clear();
    if (type == python_stopped_type) {
        python_fail(error, PYTHON_ERROR_STOPPED, "Stopped.");
    } else if (type && PyErr_GivenExceptionMatches(type, PyExc_MemoryError)) {
        python_fail(error, PYTHON_ERROR_MEMORY, "There is not enough memory to hold the files: close other programs or convert fewer at once.");
    } else if (type && has_base_named(type, "ConversionFault")) {
        python_fail(error, PYTHON_ERROR_INPUT, message);
    } else {
        const char *kind = type && PyType_Check(type) ? ((PyTypeObject *)type)->tp_name : "error";
        int line = 0;
        char file[256] = "";
        for (PyTracebackObject *at = (PyTracebackObject *)trace; at; at = at->tb_next) {
            line = at->tb_lineno;
            PyCodeObject *code = PyFrame_GetCode(at->tb_frame);
            const char *name = code ? PyUnicode_AsUTF8(code->co_filename) : NULL;
            snprintf(file, sizeof file, "%s", name ? name : "");
            Py_XDECREF(code);
        }
        PyErr_Clear();
        char whole[1024];
        snprintf(whole, sizeof whole, "%s: %s (%s:%d)", kind, message, file, line);
        python_fail(error, PYTHON_ERROR_INTERNAL, whole);
    }
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return NULL;
}

// Calls `callable` and gives back its reference. The lock is held.
static PyObject *call(PyObject *callable, PythonObject *const *arguments, size_t count, PythonError *error) {
    PyObject *result = callable ? PyObject_Vectorcall(callable, (PyObject *const *)arguments, count, NULL) : NULL;
    Py_XDECREF(callable);
    return result ? result : python_take_exception(error);
}

PythonObject *python_call_function(
    const char *module, const char *function, PythonObject *const *arguments, size_t count, PythonError *error) {
    if (!python_start(error)) return NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *found = PyImport_ImportModule(module);
    PyObject *callable = found ? PyObject_GetAttrString(found, function) : NULL;
    Py_XDECREF(found);
    PyObject *result = call(callable, arguments, count, error);
    PyGILState_Release(state);
    return as_handle(result);
}

PythonObject *python_call_method(
    PythonObject *object, const char *method, PythonObject *const *arguments, size_t count, PythonError *error) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *callable = PyObject_GetAttrString(as_python(object), method);
    PyObject *result = call(callable, arguments, count, error);
    PyGILState_Release(state);
    return as_handle(result);
}

PythonObject *python_string(const char *utf8, size_t length, PythonError *error) {
    if (!python_start(error)) return NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *made = PyUnicode_DecodeUTF8(utf8, (Py_ssize_t)length, "replace");
    if (!made) python_take_exception(error);
    PyGILState_Release(state);
    return as_handle(made);
}

// Hundreds of megabytes in 4 KiB pages cost more time in page faults than in reading the file.
static void prefer_large_pages(unsigned char *bytes, size_t size) {
    const uintptr_t large = 2 << 20;
    uintptr_t first = ((uintptr_t)bytes + large - 1) & ~(large - 1), last = ((uintptr_t)bytes + size) & ~(large - 1);
    if (last > first) madvise((void *)first, last - first, MADV_HUGEPAGE);
}

PythonObject *python_bytes(size_t size, unsigned char **bytes, PythonError *error) {
    if (!python_start(error)) return NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *made = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (made) {
        *bytes = (unsigned char *)PyBytes_AS_STRING(made);
        prefer_large_pages(*bytes, size);
    } else {
        python_take_exception(error);
    }
    PyGILState_Release(state);
    return as_handle(made);
}

typedef struct {
    PythonReport report;
    void *context;
} Report;

static PyObject *call_report(PyObject *self, PyObject *position) {
    Report *report = PyCapsule_GetPointer(self, "vuemo.report");
    size_t value = PyLong_AsSize_t(position);
    if (!report || PyErr_Occurred()) return NULL;
    if (report->report(value, report->context)) Py_RETURN_NONE;
    PyErr_SetNone(python_stopped_type);
    return NULL;
}

static PyMethodDef report_method = {"report", call_report, METH_O, "Report a position; raises to stop."};

static void free_report(PyObject *capsule) { free(PyCapsule_GetPointer(capsule, "vuemo.report")); }

PythonObject *python_report(PythonReport report, void *context, PythonError *error) {
    if (!python_start(error)) return NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    Report *kept = malloc(sizeof *kept);
    PyObject *capsule = NULL, *made = NULL;
    if (kept) {
        *kept = (Report){report, context};
        capsule = PyCapsule_New(kept, "vuemo.report", free_report);
        if (!capsule) free(kept);
    } else {
        PyErr_NoMemory();
    }
    if (capsule) made = PyCFunction_New(&report_method, capsule);
    Py_XDECREF(capsule);
    if (!made) python_take_exception(error);
    PyGILState_Release(state);
    return as_handle(made);
}

PythonObject *python_next(PythonObject *iterator, PythonError *error) {
    error->message = NULL;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *item = PyIter_Check(as_python(iterator)) ? PyIter_Next(as_python(iterator)) : NULL;
    if (!item && PyErr_Occurred()) python_take_exception(error);
    PyGILState_Release(state);
    return as_handle(item);
}

PythonObject *python_tuple_item(PythonObject *tuple, size_t index, PythonError *error) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *item = PyTuple_GetItem(as_python(tuple), (Py_ssize_t)index);
    if (item) Py_INCREF(item);
    else python_take_exception(error);
    PyGILState_Release(state);
    return as_handle(item);
}

const char *python_content(PythonObject *object, size_t *length, PythonError *error) {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_ssize_t size = 0;
    const char *content = NULL;
    if (PyUnicode_Check(as_python(object))) {
        content = PyUnicode_AsUTF8AndSize(as_python(object), &size);
    } else {
        char *bytes = NULL;
        if (PyBytes_AsStringAndSize(as_python(object), &bytes, &size) == 0) content = bytes;
    }
    if (!content) python_take_exception(error);
    *length = (size_t)size;
    PyGILState_Release(state);
    return content;
}

void python_release(PythonObject *object) {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(as_python(object));
    PyGILState_Release(state);
}

#endif
