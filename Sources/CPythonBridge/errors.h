#pragma once
#include "CPythonBridge.h"

// Sets *error to a copy of `message`. Returns false, so that callers can `return python_fail(…)`.
bool python_fail(PythonError *error, PythonErrorKind kind, const char *message);
