import FeatureStore
import Foundation
import HDF5

extension FindingCode {
    package static let faultyName = FindingCode(
        "E046", title: "class or split name repeated or empty",
        hint: "Give every class and every split one name of its own in the source files and convert again.")
    package static let faultySpeakerName = FindingCode(
        "W106", title: "speaker name repeated or empty",
        hint: "Two numbers of one name count as two speakers; give every speaker one name and convert again.")
}

/// Every class, every split and every speaker has one name of its own. Names are compared by their bytes.
struct NameRule: Rule {
    static let codes: [FindingCode] = [.faultyName, .faultySpeakerName]

    func findings(in store: StoreInspection) throws -> [Finding] {
        [
            (FindingCode.faultyName, StorePath.labelNames), (.faultyName, StorePath.splitNames),
            (.faultySpeakerName, StorePath.speakerNames),
        ].flatMap { check($0, $1, store) }
            + store.targetNames.flatMap { check(.faultyName, StorePath.targetNames($0), store) }
    }

    private func check(_ code: FindingCode, _ path: String, _ store: StoreInspection) -> [Finding] {
        guard let names = store.strings(path) else { return [] }
        var first: [ArraySlice<UInt8>: Int] = [:]
        let faults = names.indices.compactMap { row -> String? in
            if names[row].isEmpty { return "row \(row) is empty" }
            guard let earlier = first.updateValue(row, forKey: names[row]) else { return nil }
            return "'\(names.text(row))' in rows \(earlier) and \(row)"
        }
        guard !faults.isEmpty else { return [] }
        return [
            Finding(
                code, at: path, "\(faults.count) names are empty or stand there again", count: faults.count,
                examples: faults.map { Example($0) })
        ]
    }
}

extension FindingCode {
    package static let unnamedDialogue = FindingCode(
        "E047", title: "dialogue without an id", hint: Hint.mendSources)
    package static let faultyUtteranceID = FindingCode(
        "W107", title: "utterance id repeated in its dialogue, or empty",
        hint: "Rows of predictions and joins with other files go by these ids; see whether an utterance is there twice."
    )
    package static let controlCharacter = FindingCode(
        "W108", title: "control characters in ids or names",
        hint: "Often a carriage return from a file with Windows line ends; mend the source files and convert again.")
}

/// Every dialogue has an id, every utterance one of its own within its dialogue, and ids and names can be printed. Ids are read a
/// stretch at a time: there may be millions.
struct IdentifierRule: Rule {
    static let codes: [FindingCode] = [.unnamedDialogue, .faultyUtteranceID, .controlCharacter]

    private static let names = [
        StorePath.dialogueID, StorePath.utteranceID, StorePath.labelNames, StorePath.speakerNames, StorePath.splitNames,
    ]
    private static let stretch = 1 << 16

    func findings(in store: StoreInspection) throws -> [Finding] {
        checkDialogues(store) + checkUtterances(store)
            + (Self.names + store.targetNames.map(StorePath.targetNames)).flatMap { checkCharacters($0, store) }
    }

    private func checkDialogues(_ store: StoreInspection) -> [Finding] {
        guard let ids = store.dialogueIDs else { return [] }
        let empty = ids.indices.filter { ids[$0].isEmpty }
        guard !empty.isEmpty else { return [] }
        return [
            Finding(
                .unnamedDialogue, at: StorePath.dialogueID, "\(empty.count) dialogues have an empty id",
                count: empty.count, examples: empty.prefix(Finding.exampleLimit).map { Example("row \($0)") })
        ]
    }

    private func checkUtterances(_ store: StoreInspection) -> [Finding] {
        guard let ranges = store.dialogueRanges else { return [] }
        var (count, examples) = (0, [Example]())
        var next = 0
        while next < ranges.count {
            // Whole dialogues, as many as make a stretch.
            let first = next
            repeat {
                next += 1
            } while next < ranges.count && ranges[next].upperBound <= ranges[first].lowerBound + Self.stretch
            let rows = ranges[first].lowerBound..<ranges[next - 1].upperBound
            guard let ids = store.strings(StorePath.utteranceID, rows: rows) else { return [] }
            for dialogue in ranges[first..<next] {
                var seen: Set<ArraySlice<UInt8>> = []
                for row in dialogue {
                    let id = ids[row - rows.lowerBound]
                    guard id.isEmpty || !seen.insert(id).inserted else { continue }
                    count += 1
                    guard examples.count < Finding.exampleLimit else { continue }
                    examples.append(store.example(row: row, id.isEmpty ? "an empty id" : "it stands there again"))
                }
            }
        }
        guard count > 0 else { return [] }
        return [
            Finding(
                .faultyUtteranceID, at: StorePath.utteranceID,
                "\(count) ids are empty or repeat an id of the same dialogue", count: count, examples: examples)
        ]
    }

    private func checkCharacters(_ path: String, _ store: StoreInspection) -> [Finding] {
        guard let rows = store.datasets[path]?.shape.first else { return [] }
        var (count, examples) = (0, [Example]())
        for first in stride(from: 0, to: rows, by: Self.stretch) {
            guard let strings = store.strings(path, rows: first..<min(rows, first + Self.stretch)) else { return [] }
            for row in strings.indices {
                let string = strings[row]
                // C0 and DEL are single bytes in UTF-8, C1 is 0xC2 and a byte below 0xA0.
                var before: UInt8 = 0
                let isFaulty = string.contains { byte in
                    defer { before = byte }
                    return byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte < 0xA0)
                }
                guard isFaulty else { continue }
                count += 1
                guard examples.count < Finding.exampleLimit else { continue }
                let codes = strings.text(row).unicodeScalars.filter { $0.properties.generalCategory == .control }
                    .map { String(format: "U+%04X", $0.value) }
                examples.append(Example("row \(first + row): \(codes.joined(separator: ", "))"))
            }
        }
        guard count > 0 else { return [] }
        return [
            Finding(
                .controlCharacter, at: path, "\(count) strings hold control characters such as a carriage return",
                count: count, examples: examples)
        ]
    }
}
