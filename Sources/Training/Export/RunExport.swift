import Configuration
import ConversationModels
import Files
import Foundation
import NeuralNetworks
import Tensors

/// Hands a run's chosen epoch on to PyTorch.
public enum RunExport {
    /// Writes the parameters and running statistics as a file of safetensors, under their names, which are PyTorch's; settings, classes and
    /// origin are its metadata.
    /// - Throws: `FilesError` where it cannot be written.
    public static func writeSafetensors(_ run: TrainedRun, to output: OutputPath) throws {
        try AtomicFile.replace(output.path, overwrites: output.overwrites) { temporary in
            try SafetensorsFile.write(entries(of: run), metadata: try run.metadata, to: temporary)
        }
    }

    /// Writes the same under the names of the model's published code, whose `load_state_dict(strict=False)` takes the file: parameters
    /// without effect are not in it.
    /// - Throws: `TrainingError` where that code has no such model; `FilesError` where the file cannot be written.
    public static func writePublishedNames(_ run: TrainedRun, to output: OutputPath) throws {
        let entries = try publishedEntries(of: run)
        try AtomicFile.replace(output.path, overwrites: output.overwrites) { temporary in
            try SafetensorsFile.write(entries, metadata: try run.metadata, to: temporary)
        }
    }

    /// Writes a folder that needs PyTorch and safetensors and nothing of this program: `model.py`, `model.safetensors` and `example.py`.
    /// - Throws: `TrainingError` where the kind of model has no statement in PyTorch, or something is at `path`; `FilesError` where the
    ///   folder cannot be written.
    public static func writePyTorch(_ run: TrainedRun, to path: String) throws {
        let definition = run.record.configuration.definition
        guard let module = definition.pytorch else {
            throw TrainingError(
                .configuration,
                "models of the kind \(definition.name) have no statement in PyTorch; export the parameters with --to safetensors."
            )
        }
        if let setting = definition.beyondPyTorch(run.record.configuration.model) {
            throw TrainingError(
                .configuration,
                "the statement of \(definition.name) in PyTorch has no \(setting); export the parameters with --to safetensors."
            )
        }
        let final = URL(fileURLWithPath: path).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: final) else {
            throw FilesError("write", path, "it exists already, and no folder is ever replaced; choose another name")
        }
        let partial = try PartialFolder(beside: final, reportedAs: path)
        defer { partial.remove() }
        let folder = partial.content
        guard mkdir(folder, 0o777) == 0 else { throw FilesError("write", path, systemError: errno) }
        do {
            try TextFile.replace(folder + "/model.py", with: module)
            try TextFile.replace(folder + "/example.py", with: example)
            try SafetensorsFile.write(
                entries(of: run), metadata: try run.metadata, to: folder + "/model.safetensors")
        } catch let error as FilesError {
            throw FilesError("write", path, error.reason)
        }
        guard rename(folder, final) == 0 else { throw FilesError("write", path, systemError: errno) }
    }

    /// Numbers made up, so that the five lines run wherever the folder is.
    private static let example = """
        import torch
        from model import load

        model, lengths = load(), [3, 2]
        text, audio, visual = ([torch.randn(5, model.data["text_width"]) for _ in range(model.data["text_layers"])],
                               torch.randn(5, model.data["audio_width"]), torch.randn(5, model.data["visual_width"]))
        log_p = model(text, audio, visual, torch.zeros(5, dtype=torch.long), lengths)
        print([model.data["classes"][k] for k in log_p.argmax(1)])

        """

    private static func entries(of run: TrainedRun) -> [SafetensorsFile.Entry] {
        run.model.parameters.all.map {
            SafetensorsFile.Entry(name: $0.name, shape: $0.shape, values: $0.value, isInteger: $0.countsBatches)
        }
    }

    private static func publishedEntries(of run: TrainedRun) throws(TrainingError) -> [SafetensorsFile.Entry] {
        let configuration = run.record.configuration
        guard let names = configuration.definition.published(configuration.model) else {
            throw TrainingError(
                .configuration,
                "\(run.folder.path): the published code has no \(configuration.definition.name) \(configuration.label); export it "
                    + "without --public-names.")
        }
        var entries: [SafetensorsFile.Entry] = []
        for parameter in run.model.parameters.all {
            guard let other = names(parameter.name) else {
                throw TrainingError(
                    .configuration,
                    "\(run.folder.path): the published code has no place for \(parameter.name); export it without --public-names."
                )
            }
            var values = parameter.value
            if let length = other.length {
                guard parameter.count <= length else {
                    throw TrainingError(
                        .configuration,
                        "\(run.folder.path) has \(parameter.count) numbers in \(parameter.name), and the published code has room for "
                            + "\(length) in \(other.name); export it without --public-names.")
                }
                // Positions that no minibatch of the run had are as they were before training.
                let rest = [Float](repeating: 1, count: length - parameter.count)
                values = Tensor(rows: 1, columns: length, Array(values.values) + rest)
            }
            entries.append(
                SafetensorsFile.Entry(
                    name: other.name, shape: other.shape(of: parameter.shape), values: values,
                    isInteger: parameter.countsBatches))
        }
        return entries
    }
}

extension ParameterStore {
    /// Parameters and running statistics, in the order of their declaration.
    var all: [Parameter] { entries + buffers }
}

extension Parameter {
    /// Whether PyTorch keeps it as int64.
    var countsBatches: Bool { name.hasSuffix(".num_batches_tracked") }
}

extension TrainedRun {
    /// What goes with the parameters: `format`, which readers of safetensors ask for, `model` and `data` as JSON objects, and the origin.
    var metadata: [(String, String)] {
        get throws {
            let configuration = record.configuration
            let settings = configuration.model.entries.map { entry in
                "\(quoted(entry.name)):\(Self.json(configuration.model[entry.name]?.text ?? ""))"
            }
            return [
                ("format", "pt"),
                ("model", "{\"name\":\(quoted(configuration.definition.name)),\(settings.joined(separator: ","))}"),
                ("data", try JSON.line(data)), ("dataset", record.dataset), ("content_id", record.contentID),
                ("epoch", String(epoch)), ("seed", String(configuration.training.seed)), ("vuemo", record.toolVersion),
            ]
        }
    }

    /// A value of a configuration as JSON has it.
    private static func json(_ text: String) -> String {
        text == "true" || text == "false" || Double(text).map(\.isFinite) == true ? text : quoted(text)
    }
}
