#include "errors.h"

#include <stdlib.h>
#include <string.h>

bool python_fail(PythonError *error, PythonErrorKind kind, const char *message) {
    error->kind = kind;
    error->message = strdup(message);
    return false;
}

void python_error_free(PythonError *error) {
    free(error->message);
    error->message = NULL;
}
