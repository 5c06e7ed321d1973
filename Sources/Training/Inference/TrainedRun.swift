import Autodiff
import ConversationModels
import FeatureStore
import Foundation

/// A run's chosen epoch with its model, to be applied to any store that fits.
public final class TrainedRun {
    /// The run's folder.
    public let folder: RunFolder
    /// What `config.yaml` says.
    public let record: RunRecord
    /// The chosen epoch, counted from 1; 0 where the parameters were imported.
    public let epoch: Int
    /// What the model was made for.
    public let data: RunData
    let model: any ConversationModel

    /// What its model learnt that can be read as it is.
    public var readableWeights: [ReadableWeights] { model.readableWeights }

    /// Reads a run's chosen epoch.
    /// - Parameter store: Where the run's own store may be, for a run of an older vuemo: its checkpoints do not say what data they are for.
    /// - Throws: `TrainingError` where folder and checkpoint do not belong together, the checkpoint is damaged or there is none.
    public init(_ folder: RunFolder, models: ModelRegister, ownStore store: Store? = nil) throws {
        let record = try folder.record(models: models)
        let header = try ChosenEpoch.header(of: folder, record: record)
        let path = folder.bestCheckpoint
        data = try CheckpointFile.readData(path) ?? Self.data(of: record, folder, store)
        // Of positions in a minibatch there are as many as the file has weights for.
        model = try ModelSetup.model(
            data.shape(largestBatch: BatchShape(dialogues: 0, utterances: 0)), configuration: record.configuration,
            parameterFile: path)
        try CheckpointFile.readParameters(path, into: model.parameters)
        self.folder = folder
        self.record = record
        epoch = header.progress.completedEpochs
    }

    /// The dialogues of a split, all of them where none is named. On the run's own store the split is the run's, which may divide the
    /// dialogues otherwise than the store does; elsewhere it is the store's.
    /// - Throws: `TrainingError` where there are none.
    func dialogues(of store: Store, inSplit split: String?) throws -> [Int] {
        let configuration = record.configuration
        let isOwn = try split != nil && configuration.data.dividesDialogues && store.hasContent(record.contentID)
        let found: [Int]
        switch split {
        case nil: found = Array(store.dialogues.indices)
        case let split? where isOwn:
            let labels = try RunLabels(store: store, data: configuration.data)
            found = try DialogueDivision(
                store, labels: labels, data: configuration.data, protocol: configuration.training.protocol
            )[split]
        case let split?: found = store.dialogues(inSplit: split)
        }
        guard found.isEmpty else { return found }
        throw TrainingError(
            .data,
            split.map {
                "\(isOwn ? "the run \(folder.path) on " : "")\(store.path) has no dialogues in split \($0); choose another with --split."
            } ?? "\(store.path) has no dialogues.")
    }

    /// What the run's own store says, for checkpoints that do not say it.
    private static func data(of record: RunRecord, _ folder: RunFolder, _ given: Store?) throws -> RunData {
        let own: Store? =
            if let given, try given.hasContent(record.contentID) {
                given
            } else {
                try? Store(opening: record.storePath)
            }
        guard let own, try own.hasContent(record.contentID) else {
            throw TrainingError(
                .checkpoint,
                "\(folder.path) was written by an older vuemo, whose checkpoints do not name their classes, and the run's own store is "
                    + "not at \(record.storePath) any more; put it back there.")
        }
        return RunData(
            store: own, labels: try RunLabels(store: own, data: record.configuration.data),
            features: try FeatureSelection(store: own, modalities: record.configuration.modalities))
    }
}

extension ChosenEpoch {
    /// Finds a run's chosen epoch and makes sure that it is the run's.
    /// - Throws: `TrainingError` where there is none yet, or another file stands in its place.
    static func header(of folder: RunFolder, record: RunRecord) throws -> CheckpointHeader {
        guard FileManager.default.fileExists(atPath: folder.bestCheckpoint) else {
            throw TrainingError(
                .checkpoint,
                "\(folder.path) has no epoch to evaluate yet (\(folder.bestCheckpoint) is missing); continue it with vuemo train --resume."
            )
        }
        // Without last.h5, which is large and may have been removed, the file's own history must do.
        let last =
            FileManager.default.fileExists(atPath: folder.lastCheckpoint)
            ? folder.lastCheckpoint : folder.bestCheckpoint
        let history = try CheckpointFile.readHeader(last, models: record.configuration.models).progress.history
        return try ChosenEpoch(folder: folder, record: record, history: history).check(whole: false)
    }
}
