import ArgumentParser
import ConvertCommands

/// `vuemo scan`: the command of `vuemo-convert`, which reads pickles.
struct Scan: ListedCommand {
    static let section = CommandSection.conversion
    static let configuration = ConvertCommands.Scan<HandOver>.configuration

    @OptionGroup var options: ScanOptions

    func run() throws { try HandOver.scan(options) }
}
