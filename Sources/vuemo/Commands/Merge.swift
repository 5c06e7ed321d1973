import ArgumentParser
import FeatureStore
import StoreTools

/// `vuemo merge`: shards of one dataset as one store.
struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Join stores of one dataset into one.",
        usage: "vuemo merge [<options>] <store.h5> ... --output <file>",
        discussion: """
            The stores must have the same features and classes, and no dialogue twice. Dialogues come split by split, and \
            within a split in the order of the stores; speakers are joined by name.

            Examples:
              vuemo merge part-1.h5 part-2.h5 part-3.h5 -o whole.h5
            """)

    @Argument(help: ArgumentHelp("The stores to join, in order.", valueName: "store.h5"))
    var stores: [String]

    @OptionGroup(title: "Store") var output: StoreOutputOptions

    func run() throws {
        try output.report(
            StoreMerge.write(
                stores.map { try Store(opening: $0) }, to: output.output.path, options: output.writer,
                origin: output.origin))
    }
}
