import Configuration
import Concurrency
import ConversationModels
import FeatureStore
import Files
import NeuralNetworks
import Optimizers
import Tensors

/// A run: a store, a model and an optimiser at some point of training, and the folder that keeps them.
public final class TrainingRun {
    /// Where the run keeps its files.
    public let folder: RunFolder
    /// What `config.yaml` says.
    public let record: RunRecord
    let store: Store
    let source: MinibatchSource
    let splits: TrainingSplits
    let model: any ConversationModel
    let optimizer: AdamW
    var progress = TrainingProgress()
    /// Keeps the folder to this process.
    private let lock: FolderLock

    var settings: Settings<TrainingKeys> { record.configuration.training }

    /// What is about to be trained, in one line.
    public var summary: String {
        let configuration = record.configuration
        let start =
            progress.completedEpochs + progress.stepInEpoch > 0
            ? "continuing in epoch \(progress.completedEpochs + 1), " : ""
        return
            "\(start)\(store.dataset), \(configuration.definition.name) \(configuration.label), \(settings.protocol.rawValue) protocol, "
            + "\(model.parameters.parameterCount) parameters, \(splits.train.count) training dialogues, \(settings.threads) threads"
    }

    init(
        folder: RunFolder, record: RunRecord, store: Store, source: MinibatchSource, splits: TrainingSplits,
        model: any ConversationModel,
        optimizer: AdamW, lock: FolderLock
    ) {
        self.folder = folder
        self.record = record
        self.store = store
        self.source = source
        self.splits = splits
        self.model = model
        self.optimizer = optimizer
        self.lock = lock
    }
}

/// What a run computes with, put together from store and configuration before there is a folder.
struct RunParts {
    let source: MinibatchSource
    let splits: TrainingSplits
    let model: any ConversationModel
    let optimizer: AdamW

    /// - Parameters:
    ///   - parameterFile: decides the number of positional weights, see `ModelSetup`.
    ///   - verify: whether to check the checksums of the features in use.
    init(
        store: Store, configuration: RunConfiguration, parameterFile: String?, verify: Bool,
        observe: (TrainingEvent) -> Void
    ) throws {
        Compute.threads = configuration.training.threads
        splits = try TrainingSplits(store: store, protocol: configuration.training.protocol)
        source = try MinibatchSource(store: store, modalities: configuration.modalities)
        if verify {
            observe(.preparing("checking the features' checksums"))
            try source.verify(splits.train + splits.selection + splits.test)
        }
        model = try ModelSetup.model(
            for: store, features: source.features, configuration: configuration, parameterFile: parameterFile)
        optimizer = AdamW(model.parameters, configuration.optimizer)
    }
}
