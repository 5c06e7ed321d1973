import ConversationModels
import Foundation

/// `best.h5` is the epoch that a run's history says is the best. Whoever copies checkpoints about can put another one there.
struct ChosenEpoch {
    let folder: RunFolder
    let record: RunRecord
    /// The finished epochs, as the run knows them.
    let history: [EpochMetrics]

    /// Reads the header of `best.h5` and makes sure that it is the best epoch of this run.
    /// - Parameter whole: Whether its arrays are compared with their checksums too.
    /// - Throws: `TrainingError` where it is missing, damaged, of another run or of another epoch.
    @discardableResult
    func check(whole: Bool) throws -> CheckpointHeader {
        let path = folder.bestCheckpoint
        let expected = history.best?.epoch ?? 0
        guard FileManager.default.fileExists(atPath: path) else {
            throw TrainingError(
                .checkpoint,
                "\(path) is missing, which held epoch \(expected), the best so far; put it back, or start a new run.")
        }
        let header = try CheckpointFile.readHeader(path, models: record.configuration.models)
        try header.check(against: record, checkpoint: path)
        let (epoch, own) = (header.progress.completedEpochs, Array(history.prefix(expected)))
        guard epoch == expected, header.progress.stepInEpoch == 0 else {
            throw TrainingError(
                .checkpoint,
                "\(path) holds the state after epoch \(epoch)\(header.progress.stepInEpoch > 0 ? " and some steps" : ""), "
                    + "but the best epoch of the run is \(expected); put the run's own file back, or start a new run.")
        }
        guard header.progress.history == own else {
            throw TrainingError(
                .checkpoint,
                "\(path) comes from another run: its first \(expected) epochs are not those of this one; put the run's own "
                    + "file back, or start a new run.")
        }
        if whole { try CheckpointFile.checkParameters(path) }
        return header
    }
}
