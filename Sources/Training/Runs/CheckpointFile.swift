import ConversationModels
import Files
import HDF5
import NeuralNetworks
import Optimizers
import Tensors

/// What a checkpoint holds besides its arrays.
struct CheckpointHeader: Equatable {
    var progress: TrainingProgress
    /// The run's `config.yaml`.
    var record: RunRecord
}

/// Reads and writes checkpoints: HDF5 files of format `vuemo-checkpoint`.
///
/// ```
/// /                     format, format_version, content_id (of the store), configuration (config.yaml)
/// /data                 JSON of `RunData`, as bytes of UTF-8
/// /parameters/<name>    float32, with crc32; running statistics too, all named as in PyTorch
/// /optimizer            step_count, first_moments/<name>, second_moments/<name>; not in `best.h5`
/// /random               seed, step: the position in the dropout stream
/// /order                epoch (under way), position (steps done in it)
/// /progress             metrics (JSON lines of the finished epochs, UTF-8); step_losses, gradient_norms, seconds and data_seconds of the
///                       epoch under way
/// ```
/// So a checkpoint is also a file for `--initial-parameters`.
enum CheckpointFile {
    static let format = "vuemo-checkpoint"
    static let formatVersion = "1.1.0"
    static let parameters = "parameters"
    /// Above the groups 0, 1, … of parameters after the last epochs, the oldest first, where a run averages them.
    private static let snapshots = "averaging"
    private static let data = "data/model"
    /// As many steps as a run can have: what lies beyond comes from no run, and cannot be counted on from.
    static let steps = 0...1 << 53
    private static let firstMoments = "optimizer/first_moments"
    private static let secondMoments = "optimizer/second_moments"

    /// Writes a checkpoint, all or nothing.
    /// - Parameters:
    ///   - optimizer: Nil for a checkpoint that is used and not continued.
    ///   - snapshots: Arenas of parameters to keep beside those of the store.
    static func write(
        _ header: CheckpointHeader, data: RunData, parameters store: ParameterStore, optimizer: AdamW?,
        snapshots: [Tensor] = [], to path: String
    ) throws {
        try AtomicFile.replace(path) { temporary in
            let file = try File(creating: temporary)
            try file.writeString(attribute: "format", of: "/", value: format)
            try file.writeString(attribute: "format_version", of: "/", value: formatVersion)
            try file.writeString(attribute: "content_id", of: "/", value: header.record.contentID)
            try file.writeString(attribute: "configuration", of: "/", value: header.record.yaml)
            try NamedArrays.writeChecked(Array(JSON.line(data).utf8), to: Self.data, of: file)
            for entry in store.entries + store.buffers {
                try NamedArrays.write(
                    entry.value.values, name: entry.name, shape: entry.shape, to: parameters, of: file)
            }
            if let optimizer { try write(optimizer, of: store, to: file) }
            for (number, arena) in snapshots.enumerated() {
                try write(arena, of: store, to: "\(Self.snapshots)/\(number)", of: file)
            }
            try write(header, to: file)
            try file.close()
        }
    }

    private static func write(_ optimizer: AdamW, of store: ParameterStore, to file: borrowing File) throws {
        for (group, arena) in [(firstMoments, optimizer.firstMoments), (secondMoments, optimizer.secondMoments)] {
            try write(arena, of: store, to: group, of: file)
        }
        try file.writeInteger(attribute: "step_count", of: "optimizer", value: optimizer.stepCount)
    }

    private static func write(
        _ arena: Tensor, of store: ParameterStore, to group: String, of file: borrowing File
    ) throws {
        for (entry, offset) in zip(store.entries, store.offsets) {
            let part = arena.part(from: offset, rows: 1, columns: entry.count)
            try NamedArrays.write(part.values, name: entry.name, shape: entry.shape, to: group, of: file)
        }
    }

    private static func write(_ header: CheckpointHeader, to file: borrowing File) throws {
        let progress = header.progress
        _ = try file.createGroup("random")
        // A string: seeds use all 64 bits, and HDF5 readers differ in what they make of unsigned numbers.
        try file.writeString(attribute: "seed", of: "random", value: String(header.record.configuration.training.seed))
        try file.writeInteger(attribute: "step", of: "random", value: progress.totalSteps)
        _ = try file.createGroup("order")
        try file.writeInteger(attribute: "epoch", of: "order", value: progress.completedEpochs + 1)
        try file.writeInteger(attribute: "position", of: "order", value: progress.stepInEpoch)
        let lines = try progress.history.map { try JSON.line($0) + "\n" }.joined()
        try NamedArrays.writeChecked(Array(lines.utf8), to: "progress/metrics", of: file)
        try NamedArrays.writeChecked(progress.stepLosses, to: "progress/step_losses", of: file)
        try NamedArrays.writeChecked(progress.gradientNorms, to: "progress/gradient_norms", of: file)
        try file.writeDouble(attribute: "seconds", of: "progress", value: progress.secondsInEpoch)
        try file.writeDouble(attribute: "data_seconds", of: "progress", value: progress.dataSecondsInEpoch)
    }

    /// Reads everything but the arrays.
    /// - Throws: `TrainingError` where the file is no checkpoint, of another version, or damaged; `HDF5Error` where it cannot be read.
    static func readHeader(_ path: String, models: ModelRegister) throws -> CheckpointHeader {
        let file = try open(path)
        let record = try RunRecord(
            yaml: file.readString(attribute: "configuration", of: "/"), name: path, models: models)
        let metrics: [UInt8] = try NamedArrays.readChecked("progress/metrics", of: file)
        let progress = TrainingProgress(
            history: try String(decoding: metrics, as: UTF8.self).split(separator: "\n").map {
                try JSON.decode(EpochMetrics.self, $0)
            },
            stepLosses: try NamedArrays.readChecked("progress/step_losses", of: file),
            gradientNorms: file.exists("progress/gradient_norms")
                ? try NamedArrays.readChecked("progress/gradient_norms", of: file) : [],
            secondsInEpoch: try file.readDouble(attribute: "seconds", of: "progress"),
            dataSecondsInEpoch: file.hasAttribute("data_seconds", of: "progress")
                ? try file.readDouble(attribute: "data_seconds", of: "progress") : 0,
            totalSteps: try file.readInteger(attribute: "step", of: "random"))
        return CheckpointHeader(progress: progress, record: record)
    }

    /// What the model was made for; nil in checkpoints of an older vuemo.
    /// - Throws: `TrainingError` where it is damaged or no model has it.
    static func readData(_ path: String) throws -> RunData? {
        let file = try open(path)
        guard file.exists("data"), file.exists(data) else { return nil }
        let bytes: [UInt8] = try NamedArrays.readChecked(data, of: file)
        guard let read = try? JSON.decode(RunData.self, String(decoding: bytes, as: UTF8.self)), read.isPlausible else {
            throw TrainingError(
                .checkpoint,
                "\(path) does not say what data its model is for (/\(data) holds something else); put the run's own file back."
            )
        }
        return read
    }

    /// Fills parameters, running statistics and the optimiser's state.
    /// - Throws: `TrainingError` that names everything that does not fit, or what is damaged.
    static func readState(_ path: String, into store: ParameterStore, optimizer: AdamW) throws {
        let file = try open(path)
        guard file.exists("optimizer") else {
            throw TrainingError(
                .checkpoint,
                "\(path) holds parameters and no state of the optimiser, so no run can be continued from it; put the run's own "
                    + "last.h5 back, or start a new run with --initial-parameters \(path).")
        }
        try load(NamedArrays.read(parameters, of: file), into: store, requireBuffers: true, name: path)
        for (group, arena) in [(firstMoments, optimizer.firstMoments), (secondMoments, optimizer.secondMoments)] {
            try fill(arena, from: group, of: file, as: store)
        }
        let steps = try file.readInteger(attribute: "step_count", of: "optimizer")
        guard Self.steps.contains(steps) else {
            throw TrainingError(
                .checkpoint,
                "\(path) states \(steps) steps of AdamW, which no run has; put the run's own checkpoint back.")
        }
        optimizer.stepCount = steps
    }

    /// The parameters after the last epochs, as `write` was given them.
    /// - Throws: `TrainingError` where one is missing or damaged.
    static func readSnapshots(_ path: String, count: Int, of store: ParameterStore) throws -> [Tensor] {
        let file = try open(path)
        return try (0..<count).map { number in
            let arena = Tensor(rows: 1, columns: store.values.count, repeating: 0)
            try fill(arena, from: "\(snapshots)/\(number)", of: file, as: store)
            return arena
        }
    }

    /// Fills an arena of the layout of `store` with the arrays of a group.
    private static func fill(
        _ arena: Tensor, from group: String, of file: borrowing File, as store: ParameterStore
    ) throws {
        let arrays = try NamedArrays.read(group, of: file)
        for (entry, offset) in zip(store.entries, store.offsets) {
            guard let array = arrays[entry.name], array.shape == entry.shape else {
                throw TrainingError(
                    .checkpoint,
                    "\(file.file) has no \(group)/\(entry.name) of shape \(entry.shape); it is not a whole checkpoint.")
            }
            _ = arena.part(from: offset, rows: 1, columns: entry.count).values.update(fromContentsOf: array.values)
        }
    }

    private static func open(_ path: String) throws -> File {
        let file = try File(opening: path)
        guard file.hasAttribute("format", of: "/"), try file.readString(attribute: "format", of: "/") == format else {
            throw TrainingError(
                .checkpoint, "\(path) is not a checkpoint of vuemo train; give a run folder that it wrote.")
        }
        let version = try file.readString(attribute: "format_version", of: "/")
        guard version.prefix(while: { $0 != "." }) == formatVersion.prefix(while: { $0 != "." }) else {
            throw TrainingError(
                .checkpoint,
                "\(path) has checkpoint format \(version) and this vuemo reads \(formatVersion); use the vuemo that wrote it."
            )
        }
        return file
    }
}

extension CheckpointFile {
    /// Fills parameters from the group `parameters` of a checkpoint, or of any HDF5 file with PyTorch's names and shapes; running
    /// statistics that are not there keep their values.
    /// - Throws: `TrainingError` that names everything that does not fit; `HDF5Error` where the file cannot be read.
    static func readParameters(_ path: String, into store: ParameterStore) throws {
        let file = try File(opening: path)
        try load(NamedArrays.read(parameters, of: file), into: store, requireBuffers: false, name: path)
    }

    /// Compares the parameters and running statistics with their checksums.
    /// - Throws: `TrainingError` where one is damaged; `HDF5Error` where the file cannot be read.
    static func checkParameters(_ path: String) throws {
        _ = try NamedArrays.read(parameters, of: open(path))
    }

    /// The number of values of every parameter in a file.
    static func parameterCounts(_ path: String) throws -> [String: Int] {
        let file = try File(opening: path)
        guard file.exists(parameters) else { return [:] }
        return try Dictionary(
            uniqueKeysWithValues: file.memberNames(of: parameters).map {
                ($0, try file.openDataset(parameters + "/" + $0).count)
            })
    }

    static func load(
        _ arrays: [String: (shape: [Int], values: [Float])], into store: ParameterStore, requireBuffers: Bool,
        name: String
    ) throws(TrainingError) {
        do {
            try store.load(arrays, requireBuffers: requireBuffers)
        } catch {
            var faults: [String] = []
            if !error.missing.isEmpty { faults.append("it lacks \(error.missing.joined(separator: ", "))") }
            if !error.unknown.isEmpty {
                faults.append("the model does not know \(error.unknown.joined(separator: ", "))")
            }
            if !error.misshapen.isEmpty {
                faults.append("of another shape are \(error.misshapen.joined(separator: ", "))")
            }
            throw TrainingError(
                .checkpoint,
                "\(name) does not fit the configured model (\(faults.joined(separator: "; "))); "
                    + "use the configuration and the store that it was made with.")
        }
    }
}
