import ArgumentParser
import Experiments
import Models
import Training

extension RunComparison.Form: ExpressibleByArgument {}

/// `vuemo compare`: runs in groups, with tests.
struct Compare: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        abstract: "Compare finished runs over seeds, with paired tests.",
        usage: "vuemo compare [<options>] <run> ...",
        discussion: """
            Runs of one kind are a group: by default, all that differ in nothing but the seed. Runs of two groups are paired by their \
            seeds. Runs on other data are refused.

            Examples:
              vuemo compare runs/released-* runs/corrected-*
              vuemo compare runs/iemocap-seeds runs/m3net-seeds --against m3net
              vuemo compare runs/* --by variant --against released --format latex
            """)

    @Argument(
        help: ArgumentHelp("The folders of finished runs, or folders with such folders in them.", valueName: "run"))
    var runs: [String]

    @OptionGroup var groups: GroupOptions

    @Option(help: ArgumentHelp("How often dialogues are drawn for the tests.", valueName: "number"))
    var rounds = 10_000

    @Option(help: "How the comparison is written.")
    var format = RunComparison.Form.text

    func validate() throws {
        guard (1...10_000_000).contains(rounds) else {
            throw ValidationError("--rounds takes a number from 1 to 10000000.")
        }
    }

    func run() throws {
        let finished = try runs.flatMap(RunFolder.runs).map { try FinishedRun($0, models: .all) }
        let comparison = try RunComparison(finished, by: groups.by, reference: groups.against, rounds: rounds)
        try SeriesRunner.print(comparison, as: format)
    }
}

/// How runs are put into groups, and against which one the others are tested.
struct GroupOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A key of the configuration that makes groups of runs, for example variant; may be given again. (default: all keys that differ)",
            valueName: "key"))
    var by: [String] = []

    @Option(
        help: ArgumentHelp(
            "The group that the others are tested against, by its name or a part of it. (default: that of the first run)",
            valueName: "group"))
    var against: String?
}
