import ArgumentParser
import CommandSupport
import HDF5

/// The command `vuemo`.
@main struct Vuemo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vuemo",
        abstract: "Recognise emotions in conversations from text, audio and visual features.",
        discussion: """
            vuemo turns the feature files of the field into one checked store, and trains models from it.

              vuemo convert MELD_features_raw1.pkl meld_features_roberta.pkl -o meld.h5
              vuemo validate meld.h5
              vuemo train meld.h5

            Exit status: 0 done; 1 found something (validate, diff, scan); 2 failed; 64 wrong usage; \
            128 and a signal's number.
            """,
        version: CommandProcess.version,
        groupedSubcommands: CommandSection.allCases.map(\.group))

    static func main() { CommandProcess.run(Vuemo.self, explainFaults: FileFaults.endProcess) }
}
