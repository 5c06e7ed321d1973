import FeatureStore
import Files
import Foundation

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
        let record = RunRecord(
            configuration: configuration, storePath: absolutePath(store.path), dataset: store.dataset,
            contentID: store.contentID,
            storeFormatVersion: "\(store.formatVersion)", initialParameters: plan.initialParameters.map(absolutePath),
            toolVersion: plan.toolVersion)
        let folder = try RunFolder.create(at: plan.output) { folder in
            try RunFolder.writing { try TextFile.replace(folder.configuration, with: record.yaml) }
            try RunFolder.writing { try TextFile.replace(folder.metrics, with: "") }
            try CheckpointFile.write(
                CheckpointHeader(progress: TrainingProgress(), record: record), parameters: parts.model.parameters,
                optimizer: parts.optimizer, to: folder.lastCheckpoint)
        }
        return TrainingRun(
            folder: folder, record: record, store: store, source: parts.source, splits: parts.splits,
            model: parts.model,
            optimizer: parts.optimizer, lock: try folder.lock())
    }
}

/// The path from the root, so that a run folder can be used from anywhere.
func absolutePath(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
