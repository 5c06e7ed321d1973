import ArgumentParser
import CommandSupport

/// The command `vuemo-convert`, which `vuemo convert` hands over to.
@main struct VuemoConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vuemo-convert",
        abstract: "Convert published feature pickles into a store.",
        discussion: """
            Pickles can run code when they are read the usual way. These are not: nothing that a file names is imported \
            or called, and a file that asks for more than feature data is refused.
            """,
        version: CommandProcess.version,
        subcommands: [ConvertIEMOCAP.self, ConvertMELD.self, ConvertAuto.self, ConvertTable.self, Scan.self],
        defaultSubcommand: ConvertAuto.self)

    static func main() { CommandProcess.run(VuemoConvert.self) }
}
