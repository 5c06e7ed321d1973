import FeatureStore
import Foundation
import TerminalText

/// What a run would be, without a folder: its data, its size, and how long it would take here, measured on a few steps.
public struct TrainingForecast: Encodable, Sendable {
    /// The dialogues of one purpose.
    struct Part: Encodable, Sendable {
        /// "train", "choose the epoch" or "test".
        let purpose: String
        /// The splits of the store that they are in.
        let splits: [String]
        let dialogues: Int
        let utterances: Int
        let minibatches: Int
    }

    /// The folder that the run would write.
    let folder: String
    let dataset: String
    let contentID: String
    let model: String
    let variant: String
    let modalities: String
    let trainingProtocol: String
    let parts: [Part]
    let epochs: Int
    let stepsPerEpoch: Int
    let size: ModelSize
    let threads: Int
    /// The steps that were measured.
    let measuredSteps: Int
    /// Per step, epoch and run; the run's has its evaluations, and takes every epoch.
    let secondsPerStep: Double
    let secondsPerEpoch: Double
    let secondsPerEvaluation: Double
    let secondsPerRun: Double
    /// The most memory that the process held in these steps, one of which was over the largest minibatch of the first epoch.
    let peakMemoryMiB: Int
    /// The numbers of `last.h5` on the disk; `best.h5` has the parameters alone.
    let checkpointBytes: Int

    enum CodingKeys: String, CodingKey {
        case folder, dataset, model, variant, modalities, epochs, threads, parameters
        case contentID = "content_id"
        case trainingProtocol = "protocol"
        case parts = "splits"
        case stepsPerEpoch = "steps_per_epoch"
        case largestBatch = "parameters_sized_for"
        case measuredSteps = "measured_steps"
        case secondsPerStep = "seconds_per_step"
        case secondsPerEpoch = "seconds_per_epoch"
        case secondsPerEvaluation = "seconds_per_evaluation"
        case secondsPerRun = "seconds_per_run"
        case peakMemoryMiB = "peak_memory_mib"
        case checkpointBytes = "checkpoint_bytes"
    }

    /// One object; null where the parameters do not follow from the largest minibatch.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(folder, forKey: .folder)
        try container.encode(dataset, forKey: .dataset)
        try container.encode(contentID, forKey: .contentID)
        try container.encode(model, forKey: .model)
        try container.encode(variant, forKey: .variant)
        try container.encode(modalities, forKey: .modalities)
        try container.encode(trainingProtocol, forKey: .trainingProtocol)
        try container.encode(parts, forKey: .parts)
        try container.encode(epochs, forKey: .epochs)
        try container.encode(stepsPerEpoch, forKey: .stepsPerEpoch)
        try container.encode(size.parameters, forKey: .parameters)
        try container.encode(size.largestBatch, forKey: .largestBatch)
        try container.encode(threads, forKey: .threads)
        try container.encode(measuredSteps, forKey: .measuredSteps)
        for (seconds, key) in [
            (secondsPerStep, CodingKeys.secondsPerStep), (secondsPerEpoch, .secondsPerEpoch),
            (secondsPerEvaluation, .secondsPerEvaluation), (secondsPerRun, .secondsPerRun),
        ] { try container.encode(milliseconds(seconds), forKey: key) }
        try container.encode(peakMemoryMiB, forKey: .peakMemoryMiB)
        try container.encode(checkpointBytes, forKey: .checkpointBytes)
    }
}

extension TrainingRun {
    /// Trains a few steps of a run that is then forgotten; nothing is written.
    /// - Throws: as ``start(_:observe:)``; also where the numbers of these steps leave the finite range.
    public static func forecast(
        _ plan: Plan, observe: (TrainingEvent) -> Void = { _ in }
    ) throws -> TrainingForecast {
        let run = try prepared(plan, observe: observe)
        observe(.preparing("measuring three steps"))
        let training = try run.measureSteps()
        let evaluation = try run.measureEvaluation()
        func count(_ dialogues: [Int]) -> Int { dialogues.reduce(0) { $0 + run.store.dialogues[$1].range.count } }
        func part(_ purpose: String, _ dialogues: [Int]) -> TrainingForecast.Part {
            let splits = Set(dialogues.compactMap { run.store.dialogues[$0].split }).sorted()
            return .init(
                purpose: purpose, splits: splits.map { run.store.splits[$0].name }, dialogues: dialogues.count,
                utterances: count(dialogues),
                minibatches: DialogueOrder.batches(dialogues, size: run.settings.batchSize).count)
        }
        let splits = run.splits
        let steps = splits.steps(epoch: 1, run.settings).count
        let perEpoch = training.perUtterance * Double(splits.trainedUtterances)
        let perEvaluation = evaluation * Double(count(splits.selection))
        let configuration = run.record.configuration
        return TrainingForecast(
            folder: plan.output, dataset: run.store.dataset, contentID: run.store.contentID,
            model: configuration.definition.name, variant: configuration.label,
            modalities: "\(configuration.modalities)", trainingProtocol: run.settings.protocol.rawValue,
            parts: [
                part("train", splits.train), part("choose the epoch", splits.selection), part("test", splits.test),
            ],
            epochs: run.settings.epochs, stepsPerEpoch: steps, size: run.size, threads: run.settings.threads,
            measuredSteps: training.steps, secondsPerStep: perEpoch / Double(steps), secondsPerEpoch: perEpoch,
            secondsPerEvaluation: perEvaluation,
            secondsPerRun: Double(run.settings.epochs) * (perEpoch + perEvaluation)
                + evaluation * Double(count(splits.test)),
            peakMemoryMiB: Training.peakMemoryMiB(),
            // Parameters, two moments, and the parameters after the epochs that are averaged, of float32.
            checkpointBytes: 4 * run.size.parameters
                * (3 + (run.average.map { min($0.epochs, run.settings.epochs) } ?? 0)))
    }

    /// A step over the largest minibatches of the first epoch, which brings the memory to its size, then the first three steps of it,
    /// of which the time is taken.
    private func measureSteps() throws -> (steps: Int, perUtterance: Double) {
        func utterances(_ step: [[Int]]) -> Int { step.joined().reduce(0) { $0 + store.dialogues[$1].range.count } }
        let steps = splits.steps(epoch: 1, settings)
        let measured = Array(steps.prefix(3))
        let largest = steps.max { utterances($0) < utterances($1) }
        let reader = source.stream(
            ((largest.map { [$0] } ?? []) + measured).flatMap { $0 }, prefetch: settings.prefetch)
        func train(_ step: [[Int]]) throws {
            let rate = learningRate(ofStep: progress.totalSteps, stepsPerEpoch: steps.count)
            _ = try self.step(step, epoch: 1, learningRate: rate) { try reader.next() }
            progress.totalSteps += 1
        }
        if let largest { try train(largest) }
        let start = ContinuousClock.now
        for step in measured { try train(step) }
        let seconds = (ContinuousClock.now - start).seconds
        return (measured.count, seconds / Double(max(1, measured.reduce(0) { $0 + utterances($1) })))
    }

    /// The seconds that an utterance takes in evaluation, measured on one minibatch.
    private func measureEvaluation() throws -> Double {
        let dialogues = Array(splits.selection.prefix(settings.batchSize))
        let start = ContinuousClock.now
        _ = try Evaluation.run(
            model, source: source, dialogues: dialogues, settings: settings, interruption: nil)
        let utterances = dialogues.reduce(0) { $0 + store.dialogues[$1].range.count }
        return (ContinuousClock.now - start).seconds / Double(max(1, utterances))
    }
}

extension TrainingForecast {
    /// The content of `--format json`.
    public var json: String { get throws { try JSON.document(self) } }

    /// For people.
    public var text: String {
        var table = TextTable(
            [.left(""), .left("split", atMost: 24)]
                + ["dialogues", "utterances", "minibatches"].map { .right($0, atLeast: 11) })
        for part in parts {
            table.add(
                [part.purpose, part.splits.joined(separator: " + ")]
                    + [part.dialogues, part.utterances, part.minibatches].map(String.init))
        }
        let sized = size.largestBatch.map {
            ", among them weights for each position of the largest minibatch (\($0.dialogues) dialogues, \($0.utterances) "
                + "utterances), so that another batch size is another model"
        }
        let facts = [
            ("folder", folder),
            ("parameters", "\(size.parameters)\(sized ?? "")"),
            (
                "memory",
                "\(peakMemoryMiB) MiB, and "
                    + String(
                        format: "%.1f MB on the disk for the checkpoint to go on from, %.1f MB for the best",
                        Double(checkpointBytes) / 1e6, Double(4 * size.parameters) / 1e6)
            ),
            (
                "epoch",
                String(
                    format: "%d steps, %.1f s of training and %.1f s of evaluation", stepsPerEpoch, secondsPerEpoch,
                    secondsPerEvaluation)
            ),
            ("run", "\(epochs) epochs, \(Self.duration(secondsPerRun))"),
            ("measured", "on \(measuredSteps) steps with \(threads) thread\(threads == 1 ? "" : "s") on this machine"),
        ]
        let lines = facts.flatMap { name, fact in
            TextWrap.lines(
                fact, indent: (name + ":").padding(toLength: 12, withPad: " ", startingAt: 0),
                hanging: String(repeating: " ", count: 12))
        }
        let title =
            "\(dataset), \(model) \(variant), modalities \(modalities), \(trainingProtocol) protocol; nothing was written"
        return (TextWrap.lines(title) + [""] + table.lines + [""] + lines).joined(separator: "\n")
    }

    private static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<100: String(format: "%.0f s", seconds)
        case ..<6000: String(format: "%.0f min", seconds / 60)
        default: String(format: "%.1f h", seconds / 3600)
        }
    }
}
