import ArgumentParser
import CommandSupport
import HDF5
import ConvertCommands

/// The command `vuemo-convert`, which `vuemo` hands over to whatever reads pickles.
@main struct VuemoConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vuemo-convert",
        abstract: "Convert published feature pickles into a store.",
        discussion: """
            Pickles can run code when they are read the usual way. These are not: nothing that a file names is imported \
            or called, and a file that asks for more than feature data is refused.
            """,
        version: CommandProcess.version,
        subcommands: [
            ConvertIEMOCAP<EmbeddedPython>.self, ConvertMELD<EmbeddedPython>.self, ConvertAuto<EmbeddedPython>.self,
            ConvertTable<EmbeddedPython>.self, Scan<EmbeddedPython>.self, Parameters.self,
        ],
        defaultSubcommand: ConvertAuto<EmbeddedPython>.self)

    @OptionGroup var layouts: LayoutsFlag<EmbeddedPython>

    static func main() { CommandProcess.run(VuemoConvert.self, explainFaults: FileFaults.endProcess) }
}
