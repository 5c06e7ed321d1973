import ArgumentParser

/// What a command's exit status means; docs/cli.md has the table.
public enum ExitStatus {
    /// It did what it was asked for.
    public static let success: Int32 = 0
    /// It could not, and said why; or it looked for something and found it (validate, diff, scan).
    public static let failure: Int32 = 1
    /// Of validate, diff and scan: they could not look, and said why.
    public static let notChecked: Int32 = 2
    /// The command line was wrong.
    public static let usage: Int32 = 64
    /// The result could not be written to standard output.
    public static let output: Int32 = 74
    /// A signal ended the command, or whoever read its output went away (SIGPIPE): 128 and the signal's number.
    public static func signal(_ number: Int32) -> ExitCode { ExitCode(128 + number) }
}
