import FeatureStore
import Foundation

/// Names whose bytes differ and that look the same: a space at the end, a character without width, a letter composed or in parts.
enum NamesThatLookAlike {
    /// The first two that look alike, the earlier one first.
    static func first(in names: some Sequence<String>) -> (Int, Int)? {
        let names = Array(names)
        // Most lists have nothing to look for, and need no table.
        guard names.contains(where: isOdd) else { return nil }
        var places: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            let key = visible(name)
            if let other = places[key] { return (other, index) }
            places[key] = index
        }
        return nil
    }

    /// Warnings of dialogues and speakers that look alike: they stay apart.
    static func warnings(dialogues: StringColumn, speakers: StringColumn, _ file: String) -> [String] {
        [("dialogues", dialogues), ("speakers", speakers)].compactMap { what, names in
            guard let (one, other) = first(in: names) else { return nil }
            return
                "\(file): the \(what) '\(TableFormat.shortened(names[one]))' and '\(TableFormat.shortened(names[other]))' differ only in spaces, invisible characters or the Unicode form of a letter, and are kept apart; write them alike if they are one."
        }
    }

    private static func isOdd(_ name: String) -> Bool {
        name.utf8.contains { $0 >= 0x80 || $0 < 0x20 } || name.utf8.first == 0x20 || name.utf8.last == 0x20
            || name.contains("  ")
    }

    /// The name with its spaces made one and without what has no width. Swift's strings are equal by canonical equivalence, so that
    /// the form of its letters does not matter.
    private static func visible(_ name: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if scalar.properties.isWhitespace {
                if let last = shown.last, last != " " { shown.append(" ") }
            } else if !scalar.properties.isDefaultIgnorableCodePoint, scalar.properties.generalCategory != .control {
                shown.append(scalar)
            }
        }
        if shown.last == " " { shown.removeLast() }
        return String(shown)
    }
}

/// Looks for what Windows-1252 text becomes that was read as Latin-1: U+0080 to U+009F, controls that nobody writes.
struct Windows1252Marks {
    private var count = 0
    private var line = 0

    /// Counts a text that holds such a character.
    mutating func look(at text: UnsafeRawBufferPointer, line: Int) {
        guard let base = text.baseAddress else { return }
        var rest = text.count
        while rest > 1, let found = memchr(base + text.count - rest, 0xC2, rest) {
            let place = UnsafeRawPointer(found) - base
            if place + 1 < text.count, (0x80...0x9F).contains(text[place + 1]) {
                if count == 0 { self.line = line }
                count += 1
                return
            }
            rest = text.count - place - 1
        }
    }

    /// The warning, where there is something to warn of.
    func warnings(_ file: String) -> [String] {
        guard count > 0 else { return [] }
        return [
            "\(file): \(count == 1 ? "one text holds" : "\(count) texts hold") control characters of U+0080 to U+009F, first on line \(line), as Windows-1252 quotes and dots become where they are read as Latin-1; save the list as UTF-8 from its original encoding if so."
        ]
    }
}
