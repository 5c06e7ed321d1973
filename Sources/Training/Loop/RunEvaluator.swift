import ConversationModels
import Conversations
import FeatureStore
import Foundation

/// Evaluates a run's chosen epoch again.
public enum RunEvaluator {
    /// The splits a run can be evaluated on.
    public static let splits = SplitName.all

    /// Evaluates `best.h5` of a run folder on one split of its store.
    /// - Throws: `TrainingError` where folder, checkpoint and store do not belong together or the split is empty.
    public static func evaluate(
        _ folder: RunFolder, store: Store, models: ModelRegister, split: String, skipVerification: Bool = false,
        observe: (TrainingEvent) -> Void = { _ in }
    ) throws -> RunResult {
        let record = try folder.record(models: models)
        try record.check(store)
        guard FileManager.default.fileExists(atPath: folder.bestCheckpoint) else {
            throw TrainingError(
                .checkpoint,
                "\(folder.path) has no epoch to evaluate yet (\(folder.bestCheckpoint) is missing); continue it with vuemo train --resume."
            )
        }
        let header = try CheckpointFile.readHeader(folder.bestCheckpoint, models: models)
        try header.check(against: record, checkpoint: folder.bestCheckpoint)
        let dialogues = store.dialogues(inSplit: split)
        guard !dialogues.isEmpty else {
            throw TrainingError(.data, "\(store.path) has no dialogues in split \(split); choose another with --split.")
        }
        let parts = try RunParts(
            store: store, configuration: record.configuration, parameterFile: folder.bestCheckpoint,
            verify: !skipVerification,
            observe: observe)
        try CheckpointFile.readParameters(folder.bestCheckpoint, into: parts.model.parameters)
        observe(.evaluating(split: split))
        guard
            let evaluation = try Evaluation.run(
                parts.model, source: parts.source, dialogues: dialogues, settings: record.configuration.training,
                interruption: nil)
        else { preconditionFailure("nothing interrupts this evaluation") }
        return RunResult(
            evaluation.metrics, classNames: store.labelNames, chosenEpoch: header.progress.completedEpochs, split: split
        )
    }
}
