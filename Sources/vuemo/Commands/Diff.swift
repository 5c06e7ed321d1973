import ArgumentParser
import CommandSupport
import FeatureStore
import StoreTools

/// `vuemo diff`: what differs between two stores.
struct Diff: ListedCommand {
    static let section = CommandSection.inspection
    static let configuration = CommandConfiguration(
        abstract: "Tell what differs between two stores.",
        usage: "vuemo diff [<options>] <a.h5> <b.h5>",
        discussion: """
            Dialogues are matched by their ids, features by their names. Provenance, statistics and compression do not \
            count. Both stores are checked first.

            Examples:
              vuemo diff iemocap.h5 iemocap-again.h5
              vuemo diff a.h5 b.h5 --format json

            Exit status: 0 equal, 1 different, 2 the comparison could not run.
            """)

    @Argument(help: ArgumentHelp("The first store.", valueName: "a.h5"))
    var left: String

    @Argument(help: ArgumentHelp("The second store.", valueName: "b.h5"))
    var right: String

    @OptionGroup var report: FormatOption

    func run() throws {
        let comparison = try StoreComparison(Store(opening: left), Store(opening: right))
        try report.print(text: comparison.text(), json: comparison.json())
        if !comparison.isEqual { throw ExitCode(ExitStatus.found) }
    }
}
