import ArgumentParser
import CommandSupport
import FeatureStore
import StoreTools

/// `vuemo merge`: shards of one dataset as one store.
struct Merge: ListedCommand {
    static let section = CommandSection.store
    static let configuration = CommandConfiguration(
        abstract: "Join stores of one dataset into one.",
        usage: "vuemo merge [<options>] <store.h5> ... --output <file>",
        discussion: """
            The stores must have the same features and classes, and no dialogue twice. Dialogues come split by split, and \
            within a split in the order of the stores; speakers are joined by name.

            Examples:
              vuemo merge part-1.h5 part-2.h5 part-3.h5 -o whole.h5
              vuemo merge train.h5 test.h5 --prefix train_ --prefix test_ -o whole.h5
            """)

    @Argument(help: ArgumentHelp("The stores to join, in order.", valueName: "store.h5"))
    var stores: [String]

    @Option(
        help: ArgumentHelp(
            "Put before all ids of a store whose ids begin anew; given once for each store, in their order.",
            valueName: "text"))
    var prefix: [String] = []

    @OptionGroup(title: "Store") var output: StoreOutputOptions

    func validate() throws {
        guard stores.count > 1 else { throw ValidationError("One store alone cannot be merged; give two or more.") }
        guard prefix.isEmpty || prefix.count == stores.count else {
            throw ValidationError(
                "\(prefix.count) prefixes are given for \(stores.count) stores; give one --prefix for each, in their order."
            )
        }
    }

    func run() throws {
        let target = output.output.cleared()
        let opened = try stores.map { try Store(opening: $0) }
        let written = try StoreMerge.write(
            opened, prefixes: prefix, to: target, options: output.writer, origin: output.origin)
        if let id = StoreMerge.sharedUtteranceID(of: opened, prefixes: prefix) {
            CommandProcess.warn(
                "Several of the stores have the same utterance ids, '\(id)' for example, in different dialogues; give one --prefix for each store to tell them apart."
            )
        }
        try output.report(written)
    }
}
