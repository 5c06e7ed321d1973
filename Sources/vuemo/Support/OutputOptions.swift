import ArgumentParser

/// Options of every command that takes long and has a result.
struct OutputOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show no progress; errors are still shown.")
    var quiet = false

    @Option(help: "How the result is written to standard output.")
    var format = OutputFormat.text
}
