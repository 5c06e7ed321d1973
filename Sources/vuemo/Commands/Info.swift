import ArgumentParser
import CommandSupport
import FeatureStore
import StoreTools

/// `vuemo info`: what is in a store.
struct Info: ListedCommand {
    static let section = CommandSection.inspection
    static let configuration = CommandConfiguration(
        abstract: "Show what a store holds.",
        usage: "vuemo info [<options>] <store.h5>\n       vuemo info --schema",
        discussion: """
            Sizes, splits by classes and speakers, lengths of dialogues, features, and where it all came from. Reads the \
            tables, not the features, so it is quick for any size; 'vuemo validate' checks them.

            Examples:
              vuemo info iemocap.h5
              vuemo info iemocap.h5 --format json
              vuemo info --schema
            """)

    @Argument(help: ArgumentHelp("The store to show.", valueName: "store.h5"))
    var store: String?

    @Flag(help: "Show the format of a store instead: every dataset and attribute.")
    var schema = false

    @OptionGroup var report: FormatOption

    func validate() throws {
        guard schema == (store == nil) else {
            throw ValidationError("Give either a store, for example 'vuemo info iemocap.h5', or --schema.")
        }
    }

    func run() throws {
        guard let store else {
            let schema = SchemaText()
            return try report.print(text: schema.text, json: JSONText.of(schema.content))
        }
        let summary = try StoreSummary(try Store(opening: store))
        try report.print(text: summary.text(), json: summary.json())
    }
}
