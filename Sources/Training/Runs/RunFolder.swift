import ConversationModels
import Files
import Foundation
import HDF5

/// A run's folder and the names in it that scripts rely on.
public struct RunFolder: Equatable, Sendable {
    /// The folder's path as it was given.
    public let path: String

    /// A folder that may or may not exist.
    public init(_ path: String) { self.path = path }

    /// The full configuration and what the run was made from.
    public var configuration: String { path + "/config.yaml" }
    /// One JSON object per epoch.
    public var metrics: String { path + "/metrics.jsonl" }
    /// The figures of the chosen epoch on test.
    public var result: String { path + "/result.json" }
    /// The chosen epoch's predictions on test.
    public var predictions: String { path + "/predictions.csv" }
    /// What TensorBoard reads, where it was asked for; its name must have "tfevents" in it.
    var events: String { path + "/events.out.tfevents.vuemo" }
    /// What TensorBoard's projector reads, where it was asked for: the names of the two files behind it.
    var projector: String { path + "/projector_config.pbtxt" }
    /// float32, a row for each utterance.
    var embeddings: String { path + "/embeddings.bytes" }
    /// A line for each of these rows.
    var embeddingNames: String { path + "/embeddings.tsv" }
    /// What `--profile` writes.
    public var trace: String { path + "/trace.json" }
    /// Where `--resume` continues.
    package var lastCheckpoint: String { path + "/checkpoints/last.h5" }
    /// The chosen epoch.
    package var bestCheckpoint: String { path + "/checkpoints/best.h5" }
    /// What `training.keepEvery` keeps of an epoch.
    func keptCheckpoint(epoch: Int) -> String { path + "/checkpoints/epoch-\(epoch).h5" }

    /// The paths of all of these, and of the folder itself.
    public var paths: [String] {
        [path, configuration, metrics, result, predictions, lastCheckpoint, bestCheckpoint]
    }

    /// The runs at a path: that of a run's folder, or of the folder of several runs those in it, in the order of their names.
    public static func runs(at path: String) -> [RunFolder] {
        let own = RunFolder(path)
        func isRun(_ folder: RunFolder) -> Bool { FileManager.default.fileExists(atPath: folder.configuration) }
        if isRun(own) { return [own] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let inside = names.sorted().map { RunFolder("\(path)/\($0)") }.filter(isRun)
        return inside.isEmpty ? [own] : inside
    }

    /// Makes the folder under its final name with its first contents already in it, so that a run killed at any moment has
    /// either no folder or one that can be resumed.
    /// - Parameter contents: Fills the folder, which has an empty `checkpoints` in it, under a temporary name.
    /// - Throws: `TrainingError` where something is at `path` already or the place is not writable; whatever `contents` throws.
    static func create(at path: String, contents: (RunFolder) throws -> Void) throws -> RunFolder {
        let final = URL(fileURLWithPath: path).standardizedFileURL
        guard !FileManager.default.fileExists(atPath: final.path) else { throw exists(path) }
        func refused(_ reason: String) -> TrainingError {
            TrainingError(
                .runFolder,
                "\(path) cannot be created (\(reason)); choose a writable place with room in it with --output.")
        }
        do {
            try FileManager.default.createDirectory(
                at: final.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw refused(reason(error))
        }
        do {
            let partial = try PartialFolder(beside: final.path, reportedAs: path)
            defer { partial.remove() }
            for folder in [partial.content, partial.content + "/checkpoints"] where mkdir(folder, 0o777) != 0 {
                throw FilesError("write", path, systemError: errno)
            }
            try contents(RunFolder(partial.content))
            // rename(2) refuses a target that is a file or a folder with contents, whoever made it meanwhile.
            guard rename(partial.content, final.path) == 0 else {
                if errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR { throw exists(path) }
                throw FilesError("write", path, systemError: errno)
            }
        } catch let error as FilesError {
            throw refused(error.reason)
        } catch let error as HDF5Error {
            throw refused(error.message)
        }
        return RunFolder(path)
    }

    /// `runs/<dataset>-<label>-<number>`, the label being the model's, with the first number that is free.
    public static func defaultPath(dataset: String, label: String) -> String {
        let path = seriesPath(dataset: dataset, label: label)
        var number = 1
        while FileManager.default.fileExists(atPath: "\(path)-\(number)") { number += 1 }
        return "\(path)-\(number)"
    }

    /// `runs/<dataset>-<label>`: where a series of runs has its folders, so that the same command finds them again.
    public static func seriesPath(dataset: String, label: String) -> String {
        let name = dataset.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }
        return "runs/\(String(name))-\(label)"
    }

    /// Reads `config.yaml`.
    /// - Throws: `TrainingError` or `ConfigurationError` where the folder or the file is missing or unreadable, or a file of the folder is a
    ///   link or no regular file.
    public func record(models: ModelRegister) throws -> RunRecord {
        try requireOwnFiles()
        let text: String
        do {
            text = try TextFile.read(configuration)
        } catch {
            throw TrainingError(
                .runFolder,
                "\(path) is no run folder (\(configuration) cannot be read: \(error.reason)); give the folder that vuemo train wrote."
            )
        }
        return try RunRecord(yaml: text, name: configuration, models: models)
    }

    /// A run folder holds its files itself: whoever made a link in one would have another file read, or replaced.
    private func requireOwnFiles() throws(TrainingError) {
        for file in paths.dropFirst() + [path + "/checkpoints"] {
            var status = stat()
            guard lstat(file, &status) == 0 else { continue }
            let wanted = file.hasSuffix("/checkpoints") ? S_IFDIR : S_IFREG
            guard status.st_mode & S_IFMT != wanted else { continue }
            let found = status.st_mode & S_IFMT == S_IFLNK ? "a link" : "not a regular file"
            throw TrainingError(
                .runFolder,
                "\(file) is \(found), and a run folder holds its files itself; put the file that vuemo train wrote there."
            )
        }
    }

    /// Keeps the folder to this process: two that train into it would mix their files.
    func lock() throws(TrainingError) -> FolderLock {
        do {
            return try FolderLock(path)
        } catch {
            guard error.systemError == EWOULDBLOCK else {
                throw TrainingError(
                    .runFolder, "\(path) cannot be opened (\(error.reason)); give the folder of a run.")
            }
            throw TrainingError(
                .runFolder, "another vuemo train is working in \(path); wait for it or stop it first.")
        }
    }

    /// Writes a file of the folder.
    /// - Throws: `TrainingError` that names it where it cannot be written.
    static func writing<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        func refused(_ reason: String) -> TrainingError {
            TrainingError(
                .runFolder,
                "\(path) cannot be written (\(reason)); make room or rights there and continue with --resume.")
        }
        do {
            return try body()
        } catch let error as FilesError {
            throw refused(error.reason)
        } catch let error as HDF5Error {
            throw refused(error.message)
        }
    }

    static func exists(_ path: String) -> TrainingError {
        TrainingError(
            .runFolder,
            "\(path) exists already and is never overwritten; continue it with --resume \(path) or choose another --output."
        )
    }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return (underlying ?? error as NSError).localizedDescription
    }
}

/// The JSON of a run's files: sorted keys, so that equal content has equal bytes.
package enum JSON {
    /// One line without spaces.
    static func line(_ value: some Encodable) throws -> String {
        try text(value, [])
    }

    /// Indented text that ends in a line break.
    package static func document(_ value: some Encodable) throws -> String {
        try text(value, .prettyPrinted) + "\n"
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: some StringProtocol) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private static func text(_ value: some Encodable, _ format: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, format]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
