import FeatureStore
import Foundation

/// Compares the rows of one feature in two stores, bit by bit.
struct RowComparison {
    private let feature: FeatureDescription
    private let left: Store
    private let right: Store
    private var rows = 0
    private var values = 0
    private var largest: Float = 0
    /// Differing values of which one or both are NaN: no difference can be stated of them.
    private var notANumber = 0
    private var examples: [String] = []

    init(_ feature: FeatureDescription, _ left: Store, _ right: Store) {
        (self.feature, self.left, self.right) = (feature, left, right)
    }

    /// The difference found, or nil.
    var difference: StoreDifference? {
        guard rows > 0 else { return nil }
        return StoreDifference(
            .rows, at: StorePath.feature(feature.name),
            "\(rows) rows differ, in \(values) values, \(extent)", count: rows, examples: examples)
    }

    private var extent: String {
        if notANumber == 0 { return "by up to \(largest)" }
        let others = values > notANumber ? ", the others by up to \(largest)" : ""
        return "\(notANumber) of which are NaN in one of the stores or in both\(others)"
    }

    /// Compares the dialogues' rows, neighbours at once.
    mutating func compare(_ pairs: [DialoguePair]) throws {
        let width = feature.width
        let step = max(1, RowBlocks.bytes / (4 * width))
        let runs = Self.runs(of: pairs)
        let other = UnsafeMutableBufferPointer<Float>.allocate(
            capacity: min(step, max(runs.reduce(0) { max($0, $1.left.count) }, 1)) * width)
        defer { other.deallocate() }
        for run in runs {
            try RowBlocks.visit([run.left], width: width) { rows, own in
                let shift = run.right.lowerBound - run.left.lowerBound
                let part = UnsafeMutableBufferPointer(rebasing: other[..<own.count])
                try left.readRows(of: feature.name, rows, into: own)
                try right.readRows(of: feature.name, rows.lowerBound + shift..<rows.upperBound + shift, into: part)
                guard memcmp(own.baseAddress!, part.baseAddress!, 4 * own.count) != 0 else { return }
                for row in rows { compareRow(row, own, part, at: (row - rows.lowerBound) * width) }
            }
        }
    }

    private mutating func compareRow(
        _ row: Int, _ own: UnsafeMutableBufferPointer<Float>, _ other: UnsafeMutableBufferPointer<Float>, at start: Int
    ) {
        var first: Int?
        for column in 0..<feature.width where own[start + column].bitPattern != other[start + column].bitPattern {
            first = first ?? column
            values += 1
            if own[start + column].isNaN || other[start + column].isNaN {
                notANumber += 1
            } else {
                largest = max(largest, abs(own[start + column] - other[start + column]))
            }
        }
        guard let first else { return }
        rows += 1
        guard examples.count < StoreDifference.exampleLimit else { return }
        let dialogue = left.dialogues.first { $0.range.contains(row) }
        examples.append(
            "utterance '\(left.utteranceIDs[row])' of dialogue '\(dialogue?.id ?? "")', column \(first): "
                + "\(own[start + first]) and \(other[start + first])")
    }

    /// Dialogues that follow each other in both stores, as one.
    private static func runs(of pairs: [DialoguePair]) -> [(left: Range<Int>, right: Range<Int>)] {
        pairs.reduce(into: []) { runs, pair in
            if let last = runs.last, last.left.upperBound == pair.left.lowerBound,
                last.right.upperBound == pair.right.lowerBound
            {
                runs[runs.count - 1] = (
                    last.left.lowerBound..<pair.left.upperBound, last.right.lowerBound..<pair.right.upperBound
                )
            } else {
                runs.append((pair.left, pair.right))
            }
        }
    }
}
