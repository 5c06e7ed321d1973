import ArgumentParser
import Configuration
import Foundation

/// The words of a command line, looked at before they are parsed: what the parser would tell in words that do not help.
public struct Arguments {
    private let words: [String]

    init(_ words: some Sequence<String>) { self.words = Array(words) }

    /// A first word that is no command is a slip of the pen: the nearest command is named.
    func requireKnownCommand(of root: any ParsableCommand.Type) throws {
        // What is no command may be a file there.
        guard root.configuration.defaultSubcommand == nil else { return }
        let names = Self.subcommands(of: root)
        // With a command that is meant where none is named, the first word is whatever that one takes.
        guard root.configuration.defaultSubcommand == nil, let first = words.first, !first.hasPrefix("-"),
            !names.isEmpty, !names.contains(first)
        else { return }
        let nearest = nearestName(to: first, among: names).map { "did you mean '\($0)'?" }
        throw ValidationError(
            "'\(first)' is no command; \(nearest ?? "the commands are \(names.joined(separator: ", ")).")")
    }

    private static func subcommands(of root: any ParsableCommand.Type) -> [String] {
        let commands = root.configuration.subcommands
        let names = commands.map { $0._commandName }
        return names.isEmpty ? [] : names + ["help"]
    }

    /// `--seed -3` as `--seed=-3`: a negative number is a value, which whoever reads it refuses with the bounds, and no option.
    var joiningNegativeNumbers: [String] {
        var joined: [String] = []
        for (index, word) in words.enumerated() {
            if index > 0, words[index - 1].hasPrefix("--"), words[index - 1].count > 2, !words[index - 1].contains("="),
                word.first == "-", Double(word) != nil, !words[..<index].contains("--")
            {
                joined[joined.count - 1] += "=" + word
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    /// Whether the result is asked for as JSON, whatever else may be wrong with the words.
    var asksForJSON: Bool {
        let options = words.prefix { $0 != "--" }
        return zip(options, options.dropFirst()).contains { $0 == "--format" && $1 == "json" }
            || options.contains("--format=json")
    }

    /// Refuses words that are not UTF-8: Swift puts other characters in their place, so that another file would be read or written.
    static func requireUTF8() throws {
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil else { continue }
            throw UnreadableWord(
                description:
                    "The word '\(shown(word))' of the command line is not UTF-8, and names of files must be; rename the file, or choose another name."
            )
        }
    }

    /// A file that cannot be used, rather than a wrong usage.
    private struct UnreadableWord: Error, CustomStringConvertible {
        let description: String
    }

    /// The word with `\xFF` in the place of each byte that is not ASCII.
    private static func shown(_ word: UnsafePointer<CChar>) -> String {
        UnsafeBufferPointer(start: word, count: strlen(word)).map { byte in
            let byte = UInt8(bitPattern: byte)
            return byte < 0x80 ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Refuses an option that is given again although only its last value would count: a file would be left out without a word.
    public static func refuseRepeated(_ options: String...) throws {
        let words = CommandLine.arguments.dropFirst()
        for option in options where words.count(where: { $0 == option || $0.hasPrefix(option + "=") }) > 1 {
            throw ValidationError("\(option) is given twice; give it once.")
        }
    }
}
