#pragma once
// Nothing is included here: only CPythonBridge's C sees Python.h. This target carries pkg-config's flags to it.
