import ArgumentParser
import CommandSupport
import ConvertCommands

/// The command `vuemo`.
@main struct Vuemo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vuemo",
        abstract: "Emotion recognition in conversations with virtual unified emotion fusion (VUEMO).",
        version: CommandProcess.version,
        subcommands: [
            Convert.self,
            Scan<HandOver>.self,
            Info.self,
            Validate.self,
            Diff.self,
            Subset.self,
            Merge.self,
            Export.self,
            Train.self,
            Evaluate.self,
        ])

    static func main() { CommandProcess.run(Vuemo.self) }
}
