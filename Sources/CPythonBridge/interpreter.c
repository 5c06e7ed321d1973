#include "bridge_internal.h"
#if __has_include(<Python.h>)

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Where the standard library is. Python's own search starts at whatever `python3` the PATH names, which may be another
// version's, so it is not used: the library's place is found from the libpython that is loaded.

static bool is_standard_library(const char *folder) {
    char landmark[PATH_MAX + 32];
    snprintf(landmark, sizeof landmark, "%s/encodings/__init__.py", folder);
    return access(landmark, R_OK) == 0;
}

// Looks for lib/python3.X (or python3.X beside the library) in `folder` and the folders above it.
static bool find_above(char *folder, const char *name, char *found, size_t size) {
    for (;;) {
        const char *patterns[] = {"%s/%s", "%s/lib/%s", "%s/lib64/%s"};
        for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
            snprintf(found, size, patterns[i], folder, name);
            if (is_standard_library(found)) return true;
        }
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder) return false;
        *slash = '\0';
    }
}

static bool find_standard_library(char *found, size_t size, char *library, size_t library_size) {
    char name[32], folder[PATH_MAX];
    snprintf(name, sizeof name, "python%d.%d", PY_MAJOR_VERSION, PY_MINOR_VERSION);
    Dl_info info;
    library[0] = '\0';
    if (dladdr((void *)(uintptr_t)&Py_InitializeFromConfig, &info) && info.dli_fname && realpath(info.dli_fname, folder)) {
        snprintf(library, library_size, "%s", folder);
        if (find_above(folder, name, found, size)) return true;
    }
    snprintf(folder, sizeof folder, "/usr/lib");
    return find_above(folder, name, found, size);
}

static PyStatus set_path(PyConfig *config, const char *library) {
    char extensions[PATH_MAX + 16];
    snprintf(extensions, sizeof extensions, "%s/lib-dynload", library);
    const char *paths[] = {library, extensions};
    config->module_search_paths_set = 1;
    for (size_t i = 0; i < 2; i++) {
        wchar_t *wide = Py_DecodeLocale(paths[i], NULL);
        if (!wide) return PyStatus_NoMemory();
        PyStatus status = PyWideStringList_Append(&config->module_search_paths, wide);
        PyMem_RawFree(wide);
        if (PyStatus_Exception(status)) return status;
    }
    // With these given, Python computes no path of its own and reads no PATH.
    struct { wchar_t **field; const char *value; } fields[] = {
        {&config->program_name, "vuemo-convert"}, {&config->executable, ""}, {&config->base_executable, ""},
        {&config->prefix, library}, {&config->base_prefix, library},
        {&config->exec_prefix, library}, {&config->base_exec_prefix, library},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        PyStatus status = PyConfig_SetBytesString(config, fields[i].field, fields[i].value);
        if (PyStatus_Exception(status)) return status;
    }
    return PyStatus_Ok();
}

static PythonError start_error;
static pthread_once_t start_once = PTHREAD_ONCE_INIT;
PyObject *python_stopped_type;

static void start(void) {
    char library[PATH_MAX], loaded[PATH_MAX], message[2 * PATH_MAX];
    if (!find_standard_library(library, sizeof library, loaded, sizeof loaded)) {
        snprintf(message, sizeof message,
            "The standard library of Python %d.%d was not found near %s: install it (Debian: apt install libpython%d.%d-stdlib).",
            PY_MAJOR_VERSION, PY_MINOR_VERSION, loaded[0] ? loaded : "/usr/lib", PY_MAJOR_VERSION, PY_MINOR_VERSION);
        python_fail(&start_error, PYTHON_ERROR_UNAVAILABLE, message);
        return;
    }
    PyPreConfig preconfig;
    PyPreConfig_InitIsolatedConfig(&preconfig);
    preconfig.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&preconfig);
    if (!PyStatus_Exception(status)) {
        PyConfig config;
        PyConfig_InitIsolatedConfig(&config);
        config.site_import = 0;
        config.write_bytecode = 0;
        config.pathconfig_warnings = 0;
        status = set_path(&config, library);
        if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
        PyConfig_Clear(&config);
    }
    if (PyStatus_Exception(status)) {
        snprintf(message, sizeof message, "Python %d.%d with the standard library in %s cannot be started: %s.",
            PY_MAJOR_VERSION, PY_MINOR_VERSION, library, status.err_msg ? status.err_msg : "no reason given");
        python_fail(&start_error, PYTHON_ERROR_UNAVAILABLE, message);
        return;
    }
    python_stopped_type = PyErr_NewException("vuemo.Stopped", PyExc_BaseException, NULL);
    PyEval_SaveThread();                 // whoever calls takes the lock for itself
}

bool python_start(PythonError *error) {
    pthread_once(&start_once, start);
    return !start_error.message || python_fail(error, start_error.kind, start_error.message);
}

const char *python_version(void) {
    static char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", PY_MAJOR_VERSION, PY_MINOR_VERSION, PY_MICRO_VERSION);
    return version;
}

bool python_add_module(const char *name, const char *source, PythonError *error) {
    if (!python_start(error)) return false;
    char file[256];
    snprintf(file, sizeof file, "%s.py", name);
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *code = Py_CompileString(source, file, Py_file_input);
    PyObject *module = code ? PyImport_ExecCodeModule(name, code) : NULL;
    if (!module) python_take_exception(error);
    bool added = module != NULL;
    Py_XDECREF(code);
    Py_XDECREF(module);
    PyGILState_Release(state);
    return added;
}

#endif
