import ArgumentParser
import Configuration
import Foundation

/// What a command says where it fails: a sentence for people, and for programs the object that `--format json` writes.
struct FailureReport: Encodable {
    /// The sentence, as on standard error but for the word "Error:".
    let error: String
    /// The file or the option that it is about; nil where that is not known.
    let place: String?
    /// What to do; nil where the sentence does not say.
    let hint: String?

    enum CodingKeys: String, CodingKey {
        case error
        case place = "where"
        case hint
    }

    /// - Parameter words: the command line, without the program's name.
    init(_ failure: any Error, from command: any ParsableCommand.Type, words: [String]) {
        self.init(
            command.message(for: failure),
            file: (failure as NSError).userInfo[NSFilePathErrorKey] as? String,
            isUsage: ExitStatus.of(failure, from: command) == ExitStatus.usage, words: words)
    }

    /// - Parameters:
    ///   - file: the path, where the error knows it.
    ///   - isUsage: whether an option is to blame, so that the first one named is meant.
    init(_ sentence: String, file: String? = nil, isUsage: Bool = false, words: [String]) {
        error = sentence
        place = file ?? (isUsage ? Self.option(in: sentence) : Self.word(of: words, in: sentence))
        hint = Self.advice(in: sentence)
    }

    /// Writes null where nothing is known, so that every object has the same keys.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(error, forKey: .error)
        try container.encode(place, forKey: .place)
        try container.encode(hint, forKey: .hint)
    }

    /// What to do stands behind the last semicolon of our sentences, outside of brackets and quotation marks.
    private static func advice(in sentence: String) -> String? {
        let pieces = sentence.components(separatedBy: "; ")
        for count in 1..<max(1, pieces.count) {
            let end = pieces.suffix(count).joined(separator: "; ")
            guard end.count(where: { $0 == "(" }) == end.count(where: { $0 == ")" }),
                end.count(where: { $0 == "\"" }).isMultiple(of: 2)
            else { continue }
            return end.hasSuffix(".") ? String(end.dropLast()) : end
        }
        return nil
    }

    /// The first option that a sentence names.
    private static func option(in sentence: String) -> String? {
        sentence.firstMatch(of: /(?:^|[^\w-])(--?[a-z][a-z-]*)/).map { String($0.1) }
    }

    /// The longest word of the command line that the sentence names and that can be a file.
    private static func word(of words: [String], in sentence: String) -> String? {
        words.map {
            $0.hasPrefix("-") ? String($0[($0.firstIndex(of: "=").map($0.index(after:)) ?? $0.endIndex)...]) : $0
        }
        .filter { word in
            !word.isEmpty && sentence.contains(word)
                && (word.contains("/") || word.contains(".") || FileManager.default.fileExists(atPath: word))
        }
        .max { $0.utf8.count < $1.utf8.count }
    }
}

extension ExitStatus {
    /// The status of an error that a command ended with.
    static func of(_ failure: any Error, from command: any ParsableCommand.Type) -> Int32 {
        if let code = failure as? ExitCode { return code.rawValue }
        // The sentence of a configuration begins with where it stands: an option, or a file.
        if let error = failure as? ConfigurationError, error.description.hasPrefix("--") { return usage }
        let status = command.exitCode(for: failure).rawValue
        return status == ExitCode.failure.rawValue ? Self.failure : status
    }
}
