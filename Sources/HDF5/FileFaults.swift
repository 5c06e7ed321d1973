/// What becomes of the process where libhdf5 breaks down on a file.
public enum FileFaults {
    /// Makes the process end with `status` and one sentence on standard error, which names the file, where a call of the library on
    /// a file that is only read commits a fault (SIGSEGV, SIGBUS, SIGFPE, SIGABRT). Faults of anything else stay what they were. For
    /// commands, once and before other handlers of these signals: a process has one of each.
    ///
    /// It is the last resort: what ``File/init(opening:)`` looks at before the library does should leave nothing for it.
    /// - Parameter asJSON: whether an object for programs is written to standard output, too.
    public static func endProcess(status: Int32, asJSON: Bool = false) {
        guard Library.reportFaults(status: status, asJSON: asJSON) else {
            fatalError("the system takes no handler of signals")
        }
    }
}
