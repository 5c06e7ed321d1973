#pragma once
// What Swift cannot call of the system: functions with a varying number of arguments.

#ifdef __cplusplus
extern "C" {
#endif

/// From now on this process is killed when `parent`, which started it, ends.
/// Returns 0, or the system's code; ESRCH where `parent` has ended, or started another process only.
int process_end_with(int parent);

#ifdef __cplusplus
}
#endif
