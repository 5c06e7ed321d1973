import Models
import Configuration
import ConversationModels
import FeatureStore
import Foundation
import HDF5
import TestSupport

@testable import Training

/// A tiny store and configurations that train on it in milliseconds.
struct TinyRun {
    let folder: TemporaryFolder
    var store: Store
    var configuration = RunConfiguration(models: .all)

    /// - Parameter name: the dataset's name in the store.
    init(_ synthetic: SyntheticStore = SyntheticStore(), changing: (inout StoreManifest) -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        try synthetic.write(to: folder.file("store.h5"), changing: changing)
        store = try Store(opening: folder.file("store.h5"))
        configuration.vuemo.hiddenSize = 8
        configuration.vuemo.vueLayers = 1
        configuration.vuemo.hypergraphLayers = 1
        configuration.training.batchSize = 2
        configuration.training.epochs = 3
        configuration.training.loss = .crossEntropy
        configuration.optimizer.learningRate = 1e-2
    }

    /// The plan of a run into a folder of that name.
    func plan(_ name: String) -> TrainingRun.Plan {
        TrainingRun.Plan(store: store, configuration: configuration, output: folder.file(name), toolVersion: "test")
    }

    /// Trains to the end.
    @discardableResult
    func train(_ name: String) throws -> RunFolder {
        let run = try TrainingRun.start(plan(name))
        _ = try run.run()
        return run.folder
    }
}

extension RunConfiguration {
    /// The settings of the model, which is VUEMO.
    var vuemo: Settings<VUEMOKeys> {
        get { model[VUEMOKeys.self] }
        set { model[VUEMOKeys.self] = newValue }
    }
}

extension TrainingRun {
    /// The model, which is VUEMO.
    var vuemo: VUEMOModel { model as! VUEMOModel }
}

/// The message of what `body` throws, or "no error".
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// The text of a file.
func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

/// All arrays of a checkpoint by their paths; `best.h5` has parameters only.
func arrays(_ path: String) throws -> [String: [Float]] {
    let file = try File(opening: path)
    var result: [String: [Float]] = [:]
    for group in ["parameters", "optimizer/first_moments", "optimizer/second_moments"] {
        guard group == "parameters" || file.exists("optimizer") else { continue }
        for name in try file.memberNames(of: group) {
            result["\(group)/\(name)"] = try file.readFloats("\(group)/\(name)").values
        }
    }
    return result
}

/// `metrics.jsonl` without what measures the machine.
func comparableMetrics(_ folder: RunFolder) throws -> [EpochMetrics] {
    try text(folder.metrics).split(separator: "\n").map { line in
        var metrics = try JSON.decode(EpochMetrics.self, line)
        metrics.trainSeconds = 0
        metrics.dataSeconds = 0
        metrics.evaluationSeconds = 0
        metrics.utterancesPerSecond = nil
        metrics.peakMemoryMiB = 0
        return metrics
    }
}
