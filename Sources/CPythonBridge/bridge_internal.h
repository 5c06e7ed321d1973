#pragma once
#if __has_include(<Python.h>)
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "errors.h"

static inline PyObject *as_python(PythonObject *object) { return (PyObject *)object; }
static inline PythonObject *as_handle(PyObject *object) { return (PythonObject *)object; }

// Turns the pending Python exception into *error and clears it. Returns NULL.
void *python_take_exception(PythonError *error);

// The type of the exception by which a report callback stops the Python code; NULL before python_start.
extern PyObject *python_stopped_type;
#endif
