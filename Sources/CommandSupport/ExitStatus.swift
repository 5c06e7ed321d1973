import ArgumentParser

/// What a command's exit status means. The same kind of fault has the same status in every command; docs/cli.md has the table.
public enum ExitStatus {
    /// It did what it was asked for.
    public static let success: Int32 = 0
    /// Of validate, diff and scan: it looked for something and found it.
    public static let found: Int32 = 1
    /// It could not do it, and said why: a file, a disk, the data, the memory or standard output.
    public static let failure: Int32 = 2
    /// The command line was wrong.
    public static let usage: Int32 = 64
    /// A signal ended the command, or whoever read its output went away (SIGPIPE): 128 and the signal's number.
    public static func signal(_ number: Int32) -> ExitCode { ExitCode(128 + number) }
}
