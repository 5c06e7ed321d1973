import ConversationModels
import FeatureStore
import Files
import Foundation
import HDF5

extension TrainingRun {
    /// Continues the run of a folder from its last checkpoint.
    /// - Parameters:
    ///   - models: the kinds of models that a run can have.
    ///   - store: the run's store, opened; its content must be what the run began with.
    ///   - skipVerification: whether to leave the features' checksums unchecked.
    /// - Throws: `TrainingError` where folder, store and checkpoint do not belong together or the checkpoint is damaged.
    public static func resume(
        _ folder: RunFolder, store: Store, models: ModelRegister, skipVerification: Bool = false,
        observe: (TrainingEvent) -> Void = { _ in }
    ) throws -> TrainingRun {
        let record = try folder.record(models: models)
        let lock = try folder.lock()
        try record.check(store)
        let header = try CheckpointFile.readHeader(folder.lastCheckpoint, models: models)
        try header.check(against: record, checkpoint: folder.lastCheckpoint)
        let parts = try RunParts(
            store: store, configuration: record.configuration, parameterFile: folder.lastCheckpoint,
            verify: !skipVerification,
            observe: observe)
        try CheckpointFile.readState(folder.lastCheckpoint, into: parts.model.parameters, optimizer: parts.optimizer)
        let run = TrainingRun(
            folder: folder, record: record, store: store, source: parts.source, splits: parts.splits,
            model: parts.model,
            optimizer: parts.optimizer, lock: lock)
        run.progress = header.progress
        try run.repairFolder()
        return run
    }

    /// Brings the other files to where the last checkpoint is: a killed run may have been ahead of it or behind.
    private func repairFolder() throws {
        try RunFolder.writing {
            try TextFile.replace(folder.metrics, with: progress.history.map { try JSON.line($0) + "\n" }.joined())
        }
        guard let best = progress.history.best?.epoch, best == progress.completedEpochs, progress.stepInEpoch == 0
        else { return }
        let published = try? CheckpointFile.readHeader(
            folder.bestCheckpoint, models: record.configuration.models
        ).progress
        if published?.completedEpochs != best { try publishBest() }
    }
}

extension RunRecord {
    /// Makes sure that `store` holds what the run was trained on.
    func check(_ store: Store) throws(TrainingError) {
        guard store.contentID == contentID else {
            throw TrainingError(
                .data,
                "\(store.path) holds other data (content_id \(store.contentID.prefix(12))…) than the run was made from "
                    + "(\(contentID.prefix(12))…, then at \(storePath)); give that store.")
        }
    }
}

extension CheckpointHeader {
    /// Makes sure that the checkpoint belongs to the run of `record`.
    func check(against run: RunRecord, checkpoint path: String) throws(TrainingError) {
        guard record.contentID == run.contentID else {
            throw TrainingError(
                .checkpoint,
                "\(path) was trained on another store than config.yaml names; put the run's own checkpoint back.")
        }
        guard let key = record.configuration.differences(from: run.configuration).first else { return }
        throw TrainingError(
            .checkpoint,
            "\(path) belongs to another configuration: \(key) is \(record.configuration.text(of: key)) there and "
                + "\(run.configuration.text(of: key)) in config.yaml; restore config.yaml or start a new run.")
    }
}
