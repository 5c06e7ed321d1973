import Files
import Foundation

/// What a finished run said about the utterances of its test split: `predictions.csv`.
public struct RunPredictions: Equatable, Sendable {
    /// One utterance.
    public struct Row: Equatable, Sendable {
        /// The dialogue's id.
        public let dialogue: String
        /// The utterance's id.
        public let utterance: String
        /// The speaker's name.
        public let speaker: String
        /// The name of the gold class; empty where there is none.
        public let gold: String
        /// The name of the most probable class.
        public let predicted: String
        /// The probability of each class, 0 to 1.
        public let probabilities: [Double]
    }

    /// The names of the classes.
    public let classes: [String]

    /// The utterances in the order of the file: dialogues end to end.
    public let rows: [Row]

    /// Which rows are a dialogue.
    public var dialogues: [Range<Int>] {
        var (found, start) = ([Range<Int>](), 0)
        // Names are bytes: letters composed in two ways are two names.
        for index in rows.indices
        where index + 1 == rows.count || !rows[index + 1].dialogue.utf8.elementsEqual(rows[index].dialogue.utf8) {
            found.append(start..<index + 1)
            start = index + 1
        }
        return found
    }

    init(csv text: String, name: String) throws(TrainingError) {
        func refuse(_ what: String) -> TrainingError {
            TrainingError(.runFolder, "\(name) \(what); evaluate the run again with vuemo train --resume.")
        }
        let records = try Self.records(Array(text.utf8)) { refuse($0) }
        let header = ["dialogue", "utterance", "speaker", "gold", "predicted"]
        guard let first = records.first, Array(first.prefix(5)) == header else {
            throw refuse("is no file of predictions")
        }
        classes = Array(first.dropFirst(5))
        let known = Set(classes.map { Array($0.utf8) })
        var rows: [Row] = []
        for (index, record) in records.enumerated().dropFirst() {
            guard record.count == first.count else {
                throw refuse("has \(record.count) fields in record \(index + 1), not \(first.count)")
            }
            guard known.contains(Array(record[4].utf8)), record[3].isEmpty || known.contains(Array(record[3].utf8))
            else {
                throw refuse("names a class in record \(index + 1) that has no column")
            }
            let probabilities = record.dropFirst(5).compactMap { Double($0) }.filter { (0...1).contains($0) }
            guard probabilities.count == classes.count else {
                throw refuse("has something else than probabilities in record \(index + 1)")
            }
            rows.append(
                Row(
                    dialogue: record[0], utterance: record[1], speaker: record[2], gold: record[3],
                    predicted: record[4],
                    probabilities: probabilities))
        }
        self.rows = rows
    }

    /// The records of RFC 4180 as this program writes it: lines end with a line feed, quotes are doubled.
    private static func records(
        _ bytes: [UInt8], refuse: (String) -> TrainingError
    ) throws(TrainingError) -> [[String]] {
        var records: [[String]] = []
        var (fields, field, isQuoted) = ([String](), [UInt8](), false)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\"") where !isQuoted && field.isEmpty: isQuoted = true
            case UInt8(ascii: "\"") where isQuoted:
                if index < bytes.count, bytes[index] == byte {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            case UInt8(ascii: ",") where !isQuoted, UInt8(ascii: "\n") where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll(keepingCapacity: true)
                guard byte == UInt8(ascii: "\n") else { continue }
                records.append(fields)
                fields.removeAll(keepingCapacity: true)
            default: field.append(byte)
            }
        }
        guard field.isEmpty, fields.isEmpty, !isQuoted else { throw refuse("ends within a record") }
        return records
    }
}

extension RunFolder {
    /// The result and the predictions of a run that has ended.
    /// - Throws: `TrainingError` where it has not, or where a file is damaged.
    public func outcome() throws -> (result: RunResult, predictions: RunPredictions) {
        let text = try read(self.result)
        guard let result = try? JSON.decode(RunResult.self, text) else {
            throw TrainingError(
                .runFolder, "\(self.result) is not what vuemo train wrote; finish the run again with --resume \(path).")
        }
        return (result, try RunPredictions(csv: read(predictions), name: predictions))
    }

    private func read(_ file: String) throws(TrainingError) -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw TrainingError(
                .runFolder,
                "\(path) has no \(URL(filePath: file).lastPathComponent) that can be read, so its run has not ended; finish it "
                    + "with vuemo train --resume \(path).")
        }
        return text
    }
}
