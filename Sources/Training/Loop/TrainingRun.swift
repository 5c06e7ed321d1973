import Concurrency
import Configuration
import ConversationModels
import FeatureStore
import Files
import Foundation
import HDF5
import NeuralNetworks
import Optimizers
import Tensors

/// A run: a store, a model and an optimiser at some point of training, and the folder that keeps them.
public final class TrainingRun {
    /// Where the run keeps its files.
    public let folder: RunFolder
    /// What `config.yaml` says.
    public let record: RunRecord
    /// What it is trained on.
    public let store: Store
    /// Whether it tells how parameters and gradients are spread, behind each epoch.
    public var recordsHistograms = false
    /// Those of the gradients of the epoch's last step.
    var gradientHistograms: [ParameterHistogram] = []
    let source: MinibatchSource
    let splits: TrainingSplits
    let model: any ConversationModel
    let optimizer: AdamW
    /// The parameters after the last epochs, where their mean is what is evaluated.
    let average: WeightAverage?
    var progress = TrainingProgress()
    /// Measures what is trained from now on, where it is asked for.
    public var profile: RunProfile?
    /// Keeps the folder to this process; nil where there is none yet.
    private var lock: FolderLock?

    var settings: Settings<TrainingKeys> { record.configuration.training }

    /// The number of its epochs, where all of them are trained; nil before.
    public var finishedEpochs: Int? { progress.completedEpochs >= settings.epochs ? settings.epochs : nil }

    /// What is about to be trained, in one line.
    public var summary: String {
        let configuration = record.configuration
        let start =
            progress.completedEpochs + progress.stepInEpoch > 0
            ? "continuing in epoch \(progress.completedEpochs + 1), " : ""
        return
            "\(start)\(store.dataset), \(configuration.definition.name) \(configuration.label), modalities \(configuration.modalities), \(settings.protocol.rawValue) protocol, "
            + (record.configuration.data.isDivided ? "test is \(splits.part), " : "")
            + "\(model.parameters.parameterCount) parameters, \(splits.train.count) training dialogues, \(settings.threads) threads"
    }

    init(
        folder: RunFolder, record: RunRecord, store: Store, source: MinibatchSource, splits: TrainingSplits,
        model: any ConversationModel,
        optimizer: AdamW, lock: FolderLock?
    ) {
        self.folder = folder
        self.record = record
        self.store = store
        self.source = source
        self.splits = splits
        self.model = model
        self.optimizer = optimizer
        self.lock = lock
        average = WeightAverage(epochs: record.configuration.training.averageLast)
    }
}

extension TrainingRun {
    /// What a new run is made from.
    public struct Plan {
        /// The data.
        public var store: Store
        /// The complete configuration.
        public var configuration: RunConfiguration
        /// The run's folder, which must not exist.
        public var output: String
        /// An HDF5 file whose group `parameters` the model starts from.
        public var initialParameters: String?
        /// Whether the features' checksums stay unchecked.
        public var skipVerification = false
        /// The version of vuemo, for `config.yaml`.
        public var toolVersion: String

        /// A plan with everything that has no default.
        public init(store: Store, configuration: RunConfiguration, output: String, toolVersion: String) {
            self.store = store
            self.configuration = configuration
            self.output = output
            self.toolVersion = toolVersion
        }
    }

    /// Prepares a new run and its folder, with a first checkpoint in it. Nothing is left behind where this fails.
    /// - Throws: `TrainingError`, `StoreError` or `HDF5Error` where store, parameters or folder cannot be used.
    public static func start(_ plan: Plan, observe: (TrainingEvent) -> Void = { _ in }) throws -> TrainingRun {
        let run = try prepared(plan, observe: observe)
        _ = try RunFolder.create(at: plan.output) { folder in
            try TextFile.replace(folder.configuration, with: run.record.yaml)
            try TextFile.replace(folder.metrics, with: "")
            try CheckpointFile.write(
                CheckpointHeader(progress: TrainingProgress(), record: run.record), data: run.data,
                parameters: run.model.parameters, optimizer: run.optimizer, to: folder.lastCheckpoint)
        }
        run.lock = try run.folder.lock()
        return run
    }

    /// A new run without a folder.
    static func prepared(_ plan: Plan, observe: (TrainingEvent) -> Void) throws -> TrainingRun {
        guard !FileManager.default.fileExists(atPath: plan.output) else { throw RunFolder.exists(plan.output) }
        let store = plan.store
        let configuration = plan.configuration
        let parts = try RunParts(
            store: store, configuration: configuration, parameterFile: plan.initialParameters,
            verify: !plan.skipVerification,
            observe: observe)
        if let file = plan.initialParameters {
            try CheckpointFile.readParameters(file, into: parts.model.parameters)
        }
        try ModelSetup.checkBatches(
            of: parts.model, store: store, splits: parts.splits, configuration: configuration)
        for sentence in parts.splits.notices(store, parts.source.labels) { observe(.notice(sentence)) }
        let record = RunRecord(
            configuration: configuration, storePath: absolutePath(store.path), dataset: store.dataset,
            contentID: store.contentID,
            storeFormatVersion: "\(store.formatVersion)", initialParameters: plan.initialParameters.map(absolutePath),
            toolVersion: plan.toolVersion)
        return TrainingRun(
            folder: RunFolder(plan.output), record: record, store: store, source: parts.source, splits: parts.splits,
            model: parts.model,
            optimizer: parts.optimizer, lock: nil)
    }
}

/// The path from the root, so that a run folder can be used from anywhere.
func absolutePath(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

extension TrainingRun {
    /// Continues the run of a folder from its last checkpoint.
    /// - Parameters:
    ///   - given: what the run shall go on as, for more epochs; nil for what `config.yaml` says.
    ///   - models: the kinds of models that a run can have.
    ///   - store: the run's store, opened; its content must be what the run began with.
    ///   - skipVerification: whether to leave the features' checksums unchecked.
    /// - Throws: `TrainingError` where folder, store and checkpoint do not belong together or the checkpoint is damaged.
    public static func resume(
        _ folder: RunFolder, as given: RunRecord? = nil, store: Store, models: ModelRegister,
        skipVerification: Bool = false,
        observe: (TrainingEvent) -> Void = { _ in }
    ) throws -> TrainingRun {
        let written = try folder.record(models: models)
        let record = given ?? written
        let lock = try folder.lock()
        try record.requireContent(of: store)
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
        if let average = run.average {
            average.snapshots = try CheckpointFile.readSnapshots(
                folder.lastCheckpoint, count: min(average.epochs, header.progress.completedEpochs),
                of: parts.model.parameters)
        }
        run.progress = header.progress
        try run.requireStepWithinEpoch()
        try run.repairFolder()
        if record.configuration != written.configuration {
            // A result is that of the run's end, and there will be another one.
            try RunFolder.writing(folder.result) { try TextFile.remove(folder.result) }
            try RunFolder.writing(folder.configuration) {
                try TextFile.replace(folder.configuration, with: record.yaml)
            }
        }
        return run
    }

    private func requireStepWithinEpoch() throws(TrainingError) {
        let steps = (splits.train.count - 1) / settings.batchSize + 1
        guard progress.stepInEpoch > steps else { return }
        throw TrainingError(
            .checkpoint,
            "\(folder.lastCheckpoint) states \(progress.stepInEpoch) steps of an epoch that has \(steps); put the run's own "
                + "checkpoint back.")
    }

    /// Brings the other files to where the last checkpoint is: a killed run may have been ahead of it or behind.
    private func repairFolder() throws {
        try RunFolder.writing(folder.metrics) {
            try TextFile.replace(folder.metrics, with: progress.history.map { try JSON.line($0) + "\n" }.joined())
        }
        guard let best = progress.history.best?.epoch else { return }
        if best == progress.completedEpochs, progress.stepInEpoch == 0 {
            try publishBest()
        } else {
            // Now and not after the last epoch, when it is evaluated.
            try chosenEpoch.check(whole: true)
        }
    }

    /// What `best.h5` must be.
    var chosenEpoch: ChosenEpoch { ChosenEpoch(folder: folder, record: record, history: progress.history) }
}

extension RunRecord {
    /// Makes sure that `store` holds what the run was trained on.
    public func requireContent(of store: Store) throws {
        guard try store.hasContent(contentID) else {
            throw TrainingError(
                .data,
                "\(store.path) holds other data (content_id \(store.contentID.prefix(12))…) than the run was made from "
                    + "(\(contentID.prefix(12))…, then at \(storePath)); give that store.")
        }
    }
}

extension CheckpointHeader {
    /// Whether the finished epochs are the first ones, and no more than there are.
    private var isPlausible: Bool {
        zip(progress.history, 1...).allSatisfy { $0.epoch == $1 }
            && progress.completedEpochs <= record.configuration.training.epochs
            && CheckpointFile.steps.contains(progress.totalSteps) && progress.stepInEpoch <= progress.totalSteps
    }

    /// Makes sure that the checkpoint belongs to the run of `record`.
    func check(against run: RunRecord, checkpoint path: String) throws(TrainingError) {
        guard record.contentID == run.contentID else {
            throw TrainingError(
                .checkpoint,
                "\(path) was trained on another store than config.yaml names; put the run's own checkpoint back.")
        }
        guard isPlausible else {
            throw TrainingError(
                .checkpoint,
                "\(path) states epochs or steps that no run of this configuration has; put the run's own checkpoint back."
            )
        }
        guard let key = record.configuration.changes(from: run.configuration).first else { return }
        throw TrainingError(
            .checkpoint,
            "\(path) belongs to another configuration: \(key) is \(record.configuration.text(of: key)) there and "
                + "\(run.configuration.text(of: key)) in config.yaml; restore config.yaml or start a new run.")
    }
}
