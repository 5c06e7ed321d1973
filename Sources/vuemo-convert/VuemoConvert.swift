import ArgumentParser
import Foundation

/// The command `vuemo-convert`, which `vuemo convert` hands over to.
@main struct VuemoConvert: ParsableCommand {
    /// The version that `--version` and a store's provenance state.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "vuemo-convert",
        abstract: "Convert published feature pickles into a store.",
        discussion: """
            Pickles can run code when they are read the usual way. These are not: nothing that a file names is imported \
            or called, and a file that asks for more than feature data is refused.
            """,
        version: version,
        subcommands: [ConvertIEMOCAP.self, ConvertMELD.self, ConvertAuto.self, ConvertTable.self, Scan.self],
        defaultSubcommand: ConvertAuto.self)
}
