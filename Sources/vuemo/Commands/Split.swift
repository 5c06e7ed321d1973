import ArgumentParser
import CommandSupport
import FeatureStore
import Foundation
import StoreTools
import TerminalText

/// `vuemo split`: the dialogues of a store in new splits.
struct Split: ListedCommand {
    static let section = CommandSection.store
    static let configuration = CommandConfiguration(
        abstract: "Divide the dialogues of a store into new splits.",
        usage: "vuemo split [<options>] <store.h5> --output <file>",
        discussion: """
            The new store has the same dialogues; each of its splits says how it was chosen ('vuemo info'). The choice \
            follows from the ids and the seed, not from the order of the dialogues. With --group-by no group lies in two \
            splits, so that shares are met as well as whole groups allow.

            Examples:
              vuemo split mine.h5 --fractions train=0.8,valid=0.1,test=0.1 --stratify \\
                  -o new.h5
              vuemo split iemocap.h5 --leave-out Ses05 --group-by '(Ses0[0-9])' \\
                  -o without-5.h5
              vuemo split without-5.h5 --valid-from train:0.1 -o fold-5.h5
              vuemo split mine.h5 --folds 5 --fold 1 --group-by speaker -o fold-1.h5
            """)

    @Argument(help: ArgumentHelp("The store whose dialogues are divided.", valueName: "store.h5"))
    var store: String

    @OptionGroup(title: "Splits") var division: DivisionOptions
    @OptionGroup(title: "Store") var output: StoreOutputOptions

    func run() throws {
        let written = try StoreSplit.write(
            division.plan(), of: Store(opening: store), to: output.output.cleared(), options: output.writer,
            origin: output.origin)
        let summary = try StoreSummary(Store(opening: written.path))
        if !summary.splits.contains(where: { $0.name == "valid" }) {
            CommandProcess.warn(
                "The new store has no split valid, by which a run chooses its epoch; --valid-from train:0.1 takes one from train."
            )
        }
        try StandardOutput.print(Self.table(of: summary))
        try output.report(written)
    }

    /// The splits with the shares of the classes, for people.
    private static func table(of store: StoreSummary) -> String {
        func percent(_ part: Int, of whole: Int) -> String {
            let tenths = whole == 0 ? 0 : (1000 * part + whole / 2) / whole
            return "\(tenths / 10).\(tenths % 10) %"
        }
        var table = TextTable(
            [.left("", atLeast: 8, atMost: 30)] + store.splits.map { .right($0.name, atLeast: 9, atMost: 15) })
        table.add(["dialogues"] + store.splits.map { "\($0.dialogues)" })
        table.add(["share"] + store.splits.map { percent($0.dialogues, of: store.dialogues) })
        table.add(["utterances"] + store.splits.map { "\($0.utterances)" })
        for (index, name) in store.classes.enumerated() {
            table.add([name] + store.splits.map { percent($0.classes[index], of: $0.utterances) })
        }
        return table.lines.joined(separator: "\n")
    }
}

/// How dialogues are divided.
struct DivisionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Splits by their shares of the dialogues, which sum to 1: train=0.8,valid=0.1,test=0.1.",
            valueName: "shares"))
    var fractions: String?

    @Option(help: ArgumentHelp("Divide into this many equal parts; --fold says which is test.", valueName: "n"))
    var folds: Int?

    @Option(help: ArgumentHelp("The part, from 1, that becomes test; the others become train.", valueName: "n"))
    var fold: Int?

    @Option(
        name: .customLong("leave-out"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "The groups that become test, by their names: a capture of --group-by, or a speaker. All others become train.",
            valueName: "group"))
    var leftOut: [String] = []

    @Option(
        name: .customLong("valid-from"),
        help: ArgumentHelp(
            "Take the split valid from the train dialogues: train:0.1. Alone, it keeps the store's other splits as they are.",
            valueName: "split:share"))
    var validFrom: String?

    @Option(
        name: .customLong("group-by"),
        help: ArgumentHelp(
            "What stays together: 'speaker' for dialogues that share one, or a regular expression over the ids whose one capture names the group, such as '(Ses0[0-9])' for IEMOCAP's sessions.",
            valueName: "what"))
    var grouping: String?

    @Flag(help: "Spread the utterances of each class evenly too, not the dialogues alone.")
    var stratify = false

    @Option(help: ArgumentHelp("Chooses among equal dialogues: the same seed chooses the same ones.", valueName: "n"))
    var seed: UInt64 = 0

    func validate() throws {
        do { _ = try plan() } catch let error as StoreToolsError { throw ValidationError("\(error).") }
    }

    /// What the options say together.
    func plan() throws -> SplitPlan {
        try SplitPlan(
            method(), validShare: validShare(),
            grouping: grouping.map { $0 == "speaker" ? .speakers : .pattern($0) }, isStratified: stratify, seed: seed)
    }

    private func method() throws -> SplitPlan.Method {
        let given = [
            ("--fractions", fractions != nil), ("--folds", folds != nil || fold != nil),
            ("--leave-out", !leftOut.isEmpty),
        ].filter(\.1).map(\.0)
        guard given.count < 2 else {
            throw ValidationError("\(given.joined(separator: " and ")) contradict each other; give one of them.")
        }
        if let fractions { return .fractions(try shares(fractions)) }
        if !leftOut.isEmpty { return .leftOut(leftOut) }
        switch (folds, fold) {
        case (let folds?, let fold?): return .fold(fold, of: folds)
        case (nil, nil): return .kept
        default: throw ValidationError("--folds and --fold go together: --folds 5 --fold 1.")
        }
    }

    private func shares(_ text: String) throws -> [SplitPlan.Share] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, let share = Double(sides[1].trimmingCharacters(in: .whitespaces)) else {
                throw ValidationError(
                    "--fractions takes splits with their shares, as in train=0.8,valid=0.1,test=0.1, and not '\(part)'."
                )
            }
            return SplitPlan.Share(sides[0].trimmingCharacters(in: .whitespaces), share)
        }
    }

    private func validShare() throws -> Double? {
        guard let validFrom else { return nil }
        let sides = validFrom.split(separator: ":", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[0] == "train", let share = Double(sides[1]) else {
            throw ValidationError(
                "--valid-from takes train and a share of it, as in train:0.1, and not '\(validFrom)'.")
        }
        return share
    }
}
