import ArgumentParser
import FeatureStore
import Foundation

/// `vuemo info`: what is in a store.
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a feature store holds.",
        discussion: """
            Reads the tables, not the features, so it is quick for any size.

            Examples:
              vuemo info iemocap.h5
              vuemo info iemocap.h5 --format json
            """)

    @Argument(help: ArgumentHelp("The store to show.", valueName: "store.h5"))
    var store: String

    @Option(help: "How to report: text or json.")
    var format = OutputFormat.text

    func run() throws {
        let summary = StoreSummary(try Store(opening: store))
        print(format == .json ? try summary.json() : summary.text())
    }
}
