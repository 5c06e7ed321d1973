import ConversationModels
import FeatureStore
import Files
import HDF5
import NeuralNetworks
import Optimizers

/// Makes a run of parameters that published code trained.
public struct CheckpointImport {
    /// What became of the arrays of a file.
    public struct Report: Encodable {
        /// The run's folder.
        public let run: String
        /// Each array that is a parameter or a running statistic of the model.
        public let used: [Entry]
        /// The others.
        public let unused: [Entry]

        /// One array.
        public struct Entry: Encodable {
            /// Its name in the file.
            public let name: String
            /// Its shape in the file.
            public let shape: [Int]
            /// Its name in the model.
            public let parameter: String?
        }
    }

    /// The file that the arrays come from, for sentences.
    private let source: String
    private let arrays: [String: (shape: [Int], values: [Float])]
    private let order: [String]

    /// Reads the arrays that `vuemo-convert parameters` wrote.
    /// - Parameter source: The file that they come from.
    /// - Throws: `HDF5Error` where they cannot be read.
    public init(arraysIn path: String, from source: String) throws {
        let file = try File(opening: path)
        var arrays: [String: (shape: [Int], values: [Float])] = [:]
        var order: [String] = []
        let count = file.exists("arrays") ? try file.memberNames(of: "arrays").count : 0
        for index in 0..<count {
            let name = try file.readString(attribute: "name", of: "arrays/\(index)")
            arrays[name] = try file.readFloats("arrays/\(index)")
            order.append(name)
        }
        // Whoever trains on several devices has every name behind that of the wrapper.
        let wrapper = "module."
        if !order.isEmpty, order.allSatisfy({ $0.hasPrefix(wrapper) }) {
            arrays = Dictionary(uniqueKeysWithValues: arrays.map { (String($0.dropFirst(wrapper.count)), $1) })
            order = order.map { String($0.dropFirst(wrapper.count)) }
        }
        (self.source, self.arrays, self.order) = (source, arrays, order)
    }

    /// What the arrays say about the settings of a model, as `model.key=value`.
    public func settings(of definition: ModelDefinition, for store: Store) -> [String] {
        let textWidth = FeatureSelection.textLayers(store.features(of: .text)).first?.width ?? 0
        return definition.publishedSettings(arrays.mapValues(\.shape), textWidth).sorted { $0.key < $1.key }
            .map { "model.\($0)=\($1)" }
    }

    /// Writes a run folder at its beginning whose chosen epoch has these parameters: it can be evaluated, applied, exported and trained on.
    /// - Parameters:
    ///   - configuration: The model's settings must be those that it was trained with.
    ///   - store: Of the dataset that it was trained on: it gives classes, speakers and widths.
    ///   - output: The run's folder, which must not exist.
    /// - Throws: `TrainingError` that names every array that is missing or of another shape; `FilesError` where the folder cannot be written.
    public func write(
        _ configuration: RunConfiguration, store: Store, to output: String, toolVersion: String
    ) throws -> Report {
        let kind = "\(configuration.definition.name) \(configuration.label)"
        guard let names = configuration.definition.published(configuration.model) else {
            throw TrainingError(
                .configuration,
                "there is no published code of \(kind), whose parameters could be imported; choose another --variant or --model."
            )
        }
        let features = try FeatureSelection(store: store, modalities: configuration.modalities)
        let labels = try RunLabels(store: store, data: configuration.data)
        let data = RunData(store: store, labels: labels, features: features)
        let model = configuration.definition.make(
            configuration.model, data.shape(largestBatch: BatchShape(dialogues: 0, utterances: 0)),
            configuration.training.seed
        ) { name in names(name).flatMap { arrays[$0.name]?.values.count } }
        let used = try fill(model.parameters, names, kind)
        let record = RunRecord(
            configuration: configuration, storePath: absolutePath(store.path), dataset: store.dataset,
            contentID: store.contentID, storeFormatVersion: "\(store.formatVersion)",
            initialParameters: absolutePath(source), toolVersion: toolVersion)
        let header = CheckpointHeader(progress: TrainingProgress(), record: record)
        let optimizer = AdamW(model.parameters, configuration.optimizer)
        _ = try RunFolder.create(at: output) { folder in
            try TextFile.replace(folder.configuration, with: record.yaml)
            try TextFile.replace(folder.metrics, with: "")
            for (path, optimizer) in [(folder.bestCheckpoint, nil), (folder.lastCheckpoint, optimizer)] {
                try CheckpointFile.write(
                    header, data: data, parameters: model.parameters, optimizer: optimizer, to: path)
            }
        }
        func entry(_ name: String) -> Report.Entry {
            Report.Entry(name: name, shape: arrays[name]?.shape ?? [], parameter: used[name])
        }
        return Report(
            run: output, used: order.filter { used[$0] != nil }.map(entry),
            unused: order.filter { used[$0] == nil }.map(entry))
    }

    /// Copies every array into the parameter that it is.
    /// - Returns: The parameter's name for each name of the file.
    private func fill(
        _ parameters: ParameterStore, _ names: (String) -> PublishedParameter?, _ kind: String
    ) throws(TrainingError) -> [String: String] {
        var used: [String: String] = [:]
        var faults: [String] = []
        for parameter in parameters.all {
            guard let published = names(parameter.name) else {
                faults.append("the published code has no \(parameter.name)")
                continue
            }
            guard let (shape, values) = arrays[published.name] else {
                faults.append("\(published.name) is missing")
                continue
            }
            // Of positions in a minibatch, the model has as many as the file.
            let expected = published.length == nil ? published.shape(of: parameter.shape) : parameter.shape
            guard shape == expected, values.count == parameter.count else {
                faults.append("\(published.name) has the shape \(shape) and not \(expected)")
                continue
            }
            guard values.withUnsafeBufferPointer(\.allFinite) else {
                faults.append("\(published.name) holds NaN or infinity")
                continue
            }
            _ = parameter.value.values.update(fromContentsOf: values)
            used[published.name] = parameter.name
        }
        guard faults.isEmpty else {
            throw TrainingError(
                .checkpoint,
                "\(source) does not fit \(kind) with the widths, classes and speakers of the store (\(faults.joined(separator: "; "))); give the "
                    + "store that it was trained on, and the settings with --set.")
        }
        return used
    }
}
