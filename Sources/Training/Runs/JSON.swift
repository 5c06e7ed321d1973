import Foundation

/// The JSON of a run's files: sorted keys, so that equal content has equal bytes.
enum JSON {
    /// One line without spaces.
    static func line(_ value: some Encodable) throws -> String {
        try text(value, [])
    }

    /// Indented text that ends in a line break.
    static func document(_ value: some Encodable) throws -> String {
        try text(value, .prettyPrinted) + "\n"
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: some StringProtocol) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private static func text(_ value: some Encodable, _ format: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, format]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
