import ArgumentParser
import Foundation

/// The command `vuemo`.
@main struct Vuemo: ParsableCommand {
    /// The version that run folders and `--version` state.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "vuemo",
        abstract: "Emotion recognition in conversations with virtual unified emotion fusion (VUEMO).",
        version: version,
        subcommands: [
            Convert.self,
            Scan.self,
            Info.self,
            Validate.self,
            Diff.self,
            Subset.self,
            Merge.self,
            Export.self,
            Train.self,
            Evaluate.self,
        ])

    static func main() {
        // A limit on file sizes (ulimit -f) shall be an error with a sentence, not a signal that kills.
        signal(SIGXFSZ, SIG_IGN)
        main(nil)
    }
}
