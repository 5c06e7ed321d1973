import Conversion
import FeatureStore

/// A feature's arrays, and which of them belongs to which utterance.
final class MatchedArrays {
    /// Of several, each holds those of one split.
    let sources: [any ArraysByID]
    /// For each row of the lists the number of its array, `UInt32.max` for none.
    fileprivate(set) var arrayOfRow: [UInt32]
    /// For each row of the lists its source; empty where there is one.
    fileprivate(set) var sourceOfRow: [UInt8] = []
    /// The rows without an array, rising.
    fileprivate(set) var missing: [Int] = []
    /// What a user should know.
    fileprivate(set) var warnings: [String] = []

    fileprivate init(_ sources: [any ArraysByID], rows: Int) {
        self.sources = sources
        arrayOfRow = [UInt32](repeating: .max, count: rows)
    }

    func source(ofRow row: Int) -> Int { sourceOfRow.isEmpty ? 0 : Int(sourceOfRow[row]) }

    /// The sources' names in a sentence.
    var name: String { sources.prefix(3).map(\.name).joined(separator: ", ") + (sources.count > 3 ? ", …" : "") }
}

/// Finds the array of each utterance by its id.
struct ArrayMatch {
    let feature: TableRequest.Feature
    let pattern: IDPattern?
    let missing: TableRequest.MissingFeatures?
    let table: TableContent

    /// How many names a sentence has.
    private static let shown = 3

    /// - Parameter sources: for each split's word its arrays; for nil those of all.
    /// - Throws: ``ConversionError`` where two utterances have one id, or some have no array and `missing` is nil.
    func match(_ sources: [(word: String?, arrays: any ArraysByID)]) throws -> MatchedArrays {
        let matched = MatchedArrays(sources.map(\.arrays), rows: table.rowCount)
        if sources.count > 1 { matched.sourceOfRow = [UInt8](repeating: 0, count: table.rowCount) }
        if pattern?.needsSplit == true, table.dialogues.contains(where: { $0.splitWord == nil }) {
            throw ConversionError.input(
                "--id-pattern has {split} in it, and the list names no splits: give each list with its split (--split train=FILE), or a column."
            )
        }
        var owners = sources.map { [UInt32](repeating: .max, count: $0.arrays.ids.strings.count) }
        try forEachID(pattern) { row, id, split in
            let source = sources.count == 1 ? 0 : sources.firstIndex { $0.word == split } ?? 0
            if sources.count > 1 { matched.sourceOfRow[row] = UInt8(source) }
            guard let array = id.withUnsafeBytes({ sources[source].arrays.ids.find($0) }) else {
                matched.missing.append(row)
                return
            }
            guard owners[source][Int(array)] == .max else {
                throw twice(Int(owners[source][Int(array)]), row, id, sources[source].arrays)
            }
            owners[source][Int(array)] = UInt32(row)
            matched.arrayOfRow[row] = array
        }
        guard matched.missing.count < table.rowCount else { throw nothing(sources, matched) }
        if !matched.missing.isEmpty {
            let said = try missingSentence(sources, matched)
            matched.warnings.append(said)
        }
        for (source, owners) in zip(sources, owners) {
            let unused = owners.indices.filter { owners[$0] == .max }
            guard !unused.isEmpty else { continue }
            let names = unused.prefix(Self.shown).map { TableFormat.shortened(source.arrays.ids.strings[$0]) }
            matched.warnings.append(
                "\(source.arrays.name): \(unused.count) of its \(owners.count) arrays belong to no utterance and are left out (\(listed(names, of: unused.count)))."
            )
        }
        for source in sources { source.arrays.endSearch() }
        return matched
    }

    /// Gives the utterances of each split the rows of its matrix, in the order of the lists.
    /// - Throws: ``ConversionError`` where a matrix has another number of rows, or another width than the first.
    func matchByPlace(_ sources: [(word: String, matrix: NumpyMatrix)]) throws(ConversionError) -> MatchedArrays {
        let matched = MatchedArrays(sources.map { MatrixRows($0.matrix) }, rows: table.rowCount)
        matched.sourceOfRow = [UInt8](repeating: 0, count: table.rowCount)
        var used = [Int](repeating: 0, count: sources.count)
        table.forEachUtterance { row, utterance in
            let source = sources.firstIndex { $0.word == utterance.split } ?? 0
            matched.sourceOfRow[row] = UInt8(source)
            matched.arrayOfRow[row] = UInt32(used[source])
            used[source] += 1
        }
        let first = sources[0].matrix
        for (index, (word, matrix)) in sources.enumerated() {
            guard matrix.rows == used[index] else {
                throw .input(
                    "\(matrix.file.name) has \(matrix.rows) rows for the \(used[index]) utterances of the split \(word); give one row per utterance."
                )
            }
            guard matrix.width == first.width else {
                throw .input(
                    "\(matrix.file.name) has rows of \(matrix.width) numbers, and \(first.file.name) of \(first.width); give matrices of one width."
                )
            }
        }
        return matched
    }

    private func forEachID(
        _ pattern: IDPattern?, _ visit: (Int, [UInt8], String?) throws -> Void
    ) rethrows {
        var id: [UInt8] = []
        try table.forEachUtterance { row, utterance in
            if let pattern { pattern.write(utterance, to: &id) } else { IDPattern.writeOwn(utterance, to: &id) }
            try visit(row, id, utterance.split)
        }
    }

    private func twice(_ one: Int, _ other: Int, _ id: [UInt8], _ arrays: any ArraysByID) -> ConversionError {
        let id = TableFormat.shortened(String(decoding: id, as: UTF8.self))
        let splits = Set(
            [one, other].map { table.dialogues[Int(table.dialogueOfRow[$0])].split })
        let advice =
            splits.count == 2
            ? "their splits differ: put {split} into --id-pattern, or into the name of the file where each split has its own"
            : "say how the ids are made with --id-pattern, such as '{dialogue}_{utterance}'"
        return .input(
            "\(arrays.name): the array '\(id)' would be that of \(table.description(ofRow: one)) and of \(table.description(ofRow: other)); \(advice)."
        )
    }

    private func nothing(
        _ sources: [(word: String?, arrays: any ArraysByID)], _ matched: MatchedArrays
    ) -> ConversionError {
        let arrays = sources[0].arrays
        let names = arrays.ids.strings.prefix(Self.shown).map(TableFormat.shortened)
        return .input(
            "\(matched.name) has no array for any of the \(table.rowCount) utterances: wanted are \(wanted(matched.missing)), and there are \(listed(names, of: arrays.ids.strings.count)); \(hint(sources) ?? arrays.advice ?? "say how the ids are made with --id-pattern, such as '{dialogue}_{utterance}'")."
        )
    }

    /// What is said of utterances without an array: why they are refused, or what becomes of them.
    private func missingSentence(
        _ sources: [(word: String?, arrays: any ArraysByID)], _ matched: MatchedArrays
    ) throws(ConversionError) -> String {
        let count = matched.missing.count
        let those = "\(count) of \(table.rowCount) utterances"
        switch missing {
        case nil:
            let unused = hint(sources).map { "; \($0)" } ?? ""
            throw .input(
                "\(matched.name) has no array for \(those) (\(wanted(matched.missing))): give --allow-missing zero for rows of zeros, or --allow-missing drop to leave them out\(unused)."
            )
        case .zero:
            return
                "\(matched.name) has no array for \(those), whose \(feature.name) is zeros (\(wanted(matched.missing)))."
        case .drop: return "\(matched.name) has no array for \(those), which are left out (\(wanted(matched.missing)))."
        }
    }

    /// The ids that are wanted for rows.
    private func wanted(_ rows: [Int]) -> String {
        let first = Set(rows.prefix(Self.shown))
        var names: [String] = []
        forEachID(pattern) { row, id, _ in
            if first.contains(row) { names.append(TableFormat.shortened(String(decoding: id, as: UTF8.self))) }
        }
        return listed(names, of: rows.count)
    }

    private func listed(_ names: [String], of count: Int) -> String {
        names.map { "'\($0)'" }.joined(separator: ", ") + (count > names.count ? ", …" : "")
    }

    /// Another pattern that fits more utterances, if one does.
    private func hint(_ sources: [(word: String?, arrays: any ArraysByID)]) -> String? {
        func fitting(_ pattern: IDPattern?) -> Int {
            var count = 0
            forEachID(pattern) { _, id, split in
                let source = sources.first { $0.word == nil || $0.word == split } ?? sources[0]
                if id.withUnsafeBytes({ source.arrays.ids.find($0) }) != nil { count += 1 }
            }
            return count
        }
        let others = [
            "meld", "iemocap", "csd", "{dialogue}_{utterance}", "{dialogue}_{number}", "{utterance}",
            "{split}_{dialogue}_{utterance}",
        ].compactMap { try? IDPattern($0) }
        let counts = others.map(fitting)
        guard let best = counts.indices.max(by: { (counts[$0], $1) < (counts[$1], $0) }),
            counts[best] > fitting(pattern)
        else { return nil }
        let text = others[best].text
        return
            "--id-pattern \(text.contains("{") ? "'\(text)'" : text) fits \(counts[best] == table.rowCount ? "all" : "\(counts[best])") of them"
    }
}
