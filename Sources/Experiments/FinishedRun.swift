import Configuration
import ConversationModels
import Training

/// A run that has ended, with everything that a comparison needs of it.
public struct FinishedRun: Sendable {
    /// Its folder.
    public let folder: RunFolder
    /// What it was.
    public let record: RunRecord
    /// Its figures on test.
    public let result: RunResult
    /// What it said of the utterances of test.
    public let predictions: RunPredictions
    /// The number of the class of each name.
    private let classNumbers: [[UInt8]: Int32]

    /// Reads a run folder.
    /// - Throws: `TrainingError` or `ConfigurationError` where it is none, or where its run has not ended.
    public init(_ folder: RunFolder, models: ModelRegister) throws {
        self.folder = folder
        record = try folder.record(models: models)
        (result, predictions) = try folder.outcome()
        guard !predictions.rows.isEmpty, !predictions.classes.isEmpty else {
            throw ExperimentError(
                "\(folder.predictions) has no utterance or no class, so there is nothing to tell of the run; evaluate it again with "
                    + "vuemo train --resume.")
        }
        let names = predictions.classes.map { Array($0.utf8) }
        guard names == result.perClass.map({ Array($0.name.utf8) }), Set(names).count == names.count else {
            throw ExperimentError(
                "the classes in \(folder.predictions) are not those of \(folder.result), or have a name twice; evaluate the run again with "
                    + "vuemo train --resume.")
        }
        classNumbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    }

    /// The seed that pairs it with runs of other groups, with its part.
    public var seed: UInt64 { record.configuration.training.seed }

    /// Which part of the dialogues it was tested on, where they were divided for the run.
    var part: RunPart { RunPart(record.configuration.data) }

    /// The names of its classes.
    public var classes: [String] { result.perClass.map(\.name) }

    /// The number of the class of each name; -1 for none, as where there is no gold class.
    public func numbers(of names: [String]) -> [Int32] {
        names.map { classNumbers[Array($0.utf8)] ?? -1 }
    }

    /// The value of a key of its configuration.
    func value(of key: String) -> String { record.configuration.text(of: key) }
}

/// The part of the dialogues that a run was tested on: a fold, a group that was left out, or the store's split.
struct RunPart: Hashable, Comparable {
    /// Counted from 1; 0 for none.
    let fold: Int
    /// The name of the group; empty for none.
    let group: String

    init(_ data: Settings<DataKeys>) { (fold, group) = (data.fold, data.leaveOut) }

    /// Whether it is a part of a division, so that runs on the others belong to it.
    var isOfDivision: Bool { fold > 0 || !group.isEmpty }

    static func < (a: RunPart, b: RunPart) -> Bool { (a.fold, a.group) < (b.fold, b.group) }
}

/// Runs that cannot be compared, or a comparison that cannot be made.
public struct ExperimentError: Error, CustomStringConvertible {
    /// What is wrong and what to do, in one sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}
