import ArgumentParser
import CommandSupport
import FeatureStore
import StoreTools

/// `vuemo info`: what is in a store.
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a store holds.",
        usage: "vuemo info [<options>] <store.h5>",
        discussion: """
            Sizes, splits by classes and speakers, lengths of dialogues, features, and where it all came from. Reads the \
            tables, not the features, so it is quick for any size; 'vuemo validate' checks them.

            Examples:
              vuemo info iemocap.h5
              vuemo info iemocap.h5 --format json
            """)

    @Argument(help: ArgumentHelp("The store to show.", valueName: "store.h5"))
    var store: String

    @OptionGroup var report: FormatOption

    func run() throws {
        let summary = try StoreSummary(try Store(opening: store))
        try report.print(text: summary.text(), json: summary.json())
    }
}
