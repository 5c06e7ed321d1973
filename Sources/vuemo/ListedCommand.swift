import ArgumentParser

/// A part of the list of commands in the help.
enum CommandSection: String, CaseIterable {
    case conversion = "Conversion"
    case inspection = "Inspection"
    case store = "Store"
    case model = "Model"

    /// The heading with its commands, in the order of their names.
    var group: CommandGroup {
        CommandGroup(name: rawValue, subcommands: registeredListedCommands.filter { $0.section == self })
    }
}

/// A command of `vuemo`. Whatever conforms to this is in its help; there is no other list.
protocol ListedCommand: ParsableCommand {
    /// Where the help names it.
    static var section: CommandSection { get }
}
