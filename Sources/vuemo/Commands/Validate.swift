import ArgumentParser
import CommandSupport
import StoreValidation

extension Severity: ExpressibleByArgument {}

/// `vuemo validate`: everything that can be said against a store.
struct Validate: ListedCommand {
    static let section = CommandSection.inspection
    static let configuration = CommandConfiguration(
        abstract: "Check a store and report everything found.",
        usage: "vuemo validate [<options>] <store.h5>",
        discussion: """
            Checks structure, checksums, ranges, text and feature values, and never changes the file. Every finding has a \
            stable code: E… errors, W… warnings, I… information; FORMAT.md lists them.

            Examples:
              vuemo validate iemocap.h5
              vuemo validate iemocap.h5 --quick --format json
              vuemo validate iemocap.h5 --fail-on warning --ignore W111,W112

            Exit status: 0 nothing at or above --fail-on, 1 something, 2 the check could not run.
            """)

    @Argument(help: ArgumentHelp("The store to check.", valueName: "store.h5"))
    var store: String

    @OptionGroup var report: FormatOption

    @Option(
        help: ArgumentHelp(
            "Look only for these codes; a beginning stands for all of its codes (E, W1, I202).", valueName: "codes"))
    var select: String?

    @Option(help: ArgumentHelp("Leave these codes out, after --select.", valueName: "codes"))
    var ignore: String?

    @Option(help: "The least severity that makes the exit status 1: error, warning or information.")
    var failOn = Severity.error

    @Flag(help: "Read no features, sentences or checksums: structure and tables only.")
    var quick = false

    func validate() throws {
        if let unknown = options.unknownCode {
            throw ValidationError(
                "no code begins with '\(unknown)'; see FORMAT.md for the codes, for example E020 or W1")
        }
    }

    func run() throws {
        let found = try StoreValidator.validate(store, options: options)
        try report.print(text: found.text(), json: found.json())
        if found.fails(on: failOn) { throw ExitCode(ExitStatus.found) }
    }

    private var options: ValidationOptions {
        ValidationOptions(select: Self.codes(select), ignore: Self.codes(ignore), quick: quick)
    }

    private static func codes(_ list: String?) -> [String] {
        (list ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map { $0.uppercased() }
    }
}
