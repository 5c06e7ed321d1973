import Autodiff
import Files
import Foundation
import Metrics
import Optimizers
import Tensors

extension TrainingRun {
    /// Trains the remaining epochs, evaluates the chosen one on test and writes the results.
    ///
    /// - Parameters:
    ///   - interruption: asked at every step boundary; then a checkpoint is written and the run ends early.
    ///   - observe: told what happens, on the calling thread.
    /// - Throws: `TrainingError` where the loss leaves the finite range or a file cannot be written; what the store throws.
    public func run(
        interruption: Interruption = Interruption(), observe: (TrainingEvent) -> Void = { _ in }
    ) throws -> TrainingOutcome {
        while progress.completedEpochs < settings.epochs {
            if progress.stepInEpoch == 0,
                progress.history.isOutOf(patience: settings.patience, improvement: settings.minimumImprovement)
            {
                observe(.stoppedEarly(epoch: progress.completedEpochs, epochs: settings.epochs))
                break
            }
            guard try trainEpoch(interruption, observe), try finishEpoch(interruption, observe) else {
                try save()
                return .interrupted(epoch: progress.completedEpochs + 1, step: progress.stepInEpoch)
            }
        }
        observe(.evaluating(split: "test"))
        guard let result = try evaluateChosenEpoch(interruption) else {
            return .interrupted(epoch: progress.completedEpochs, step: 0)
        }
        return .finished(result)
    }

    /// Trains what is left of the epoch under way; false where it was interrupted.
    private func trainEpoch(_ interruption: Interruption, _ observe: (TrainingEvent) -> Void) throws -> Bool {
        let epoch = progress.completedEpochs + 1
        let steps = splits.steps(epoch: epoch, settings)
        let reader = source.stream(steps[progress.stepInEpoch...].flatMap { $0 }, prefetch: settings.prefetch)
        let before = progress.secondsInEpoch
        let clock = ContinuousClock()
        let start = clock.now
        profile?.laps.skip()
        /// The reader's next minibatch, and how long it had to be waited for.
        func next() throws -> Minibatch? {
            let asked = clock.now
            defer {
                progress.dataSecondsInEpoch += (clock.now - asked).seconds
                profile?.laps.lap("minibatch", .data)
            }
            return try reader.next()
        }
        while !interruption.isRequested, progress.stepInEpoch < steps.count {
            let (loss, norm) = try step(
                steps[progress.stepInEpoch], epoch: epoch, isLast: progress.stepInEpoch == steps.count - 1,
                learningRate: learningRate(ofStep: progress.totalSteps, stepsPerEpoch: steps.count), next: next)
            progress.stepLosses.append(loss)
            progress.gradientNorms.append(norm)
            progress.totalSteps += 1
            progress.secondsInEpoch = before + (clock.now - start).seconds
            observe(
                .step(
                    epoch: epoch, epochs: settings.epochs, step: progress.stepInEpoch, steps: steps.count, loss: loss)
            )
            if interruption.takesCheckpoint() {
                try save()
                observe(.checkpoint(path: folder.lastCheckpoint))
            }
        }
        return progress.stepInEpoch == steps.count
    }

    /// The step size of a step of the epoch under way, counted over the run from 0.
    func learningRate(ofStep step: Int, stepsPerEpoch: Int) -> Double {
        record.configuration.optimizer.rate(
            at: SchedulePosition(step: step, stepsPerEpoch: stepsPerEpoch, epochs: settings.epochs),
            scores: progress.history.map(\.selectionScore))
    }

    /// One step of the optimiser over the minibatches of `dialogues`, whose gradients are added up.
    /// - Parameter isLast: Whether the epoch ends with it.
    /// - Returns: The loss before the step and the norm of its gradients.
    func step(
        _ dialogues: [[Int]], epoch: Int, isLast: Bool = false, learningRate: Double,
        next: () throws -> Minibatch?
    ) throws -> (loss: Float, gradientNorm: Double) {
        // The loss is one of all minibatches: each is divided by what the labels of all weigh.
        let labels = dialogues.count == 1 ? [] : source.labels.labels(of: dialogues.joined(), in: store)
        let total =
            dialogues.count == 1
            ? nil : settings.loss.weight(of: labels, settings: settings, classes: source.classes)
        var value: Float = 0
        for place in dialogues.indices {
            guard let batch = try next() else {
                preconditionFailure("the reader has a minibatch for each that was asked for")
            }
            let step = settings.reseedEachEpoch ? progress.stepInEpoch : progress.totalSteps
            let position = step * settings.accumulation + place
            let tape = Tape(
                mode: .training(seed: settings.seed, step: UInt64(position)), profile: profile?.laps)
            let output = try model.logProbabilities(batch.input, on: tape, stages: nil)
            let loss = settings.loss(output, labels: batch.labels, settings: settings, over: total, on: tape)
            value += loss.value[0, 0]
            guard value.isFinite else {
                let operation = model.firstNonFiniteOperation(of: batch, mode: tape.mode) {
                    settings.loss($0, labels: batch.labels, settings: settings, over: total, on: $1)
                }
                throw diverged(
                    "the loss became \(value)", epoch: epoch, dialogues: dialogues[place], operation: operation,
                    arenas: [(model.parameters.values, "parameter")])
            }
            tape.backward(from: loss)
        }
        if recordsHistograms, isLast {
            gradientHistograms = ParameterHistogram.all(
                "gradients", of: model.parameters, in: model.parameters.gradients)
            profile?.laps.lap("histograms", .writing)
        }
        let norm = optimizer.step(learningRate: learningRate)
        profile?.laps.lap("AdamW", .optimizer)
        // Larger gradients have squares that float32 does not hold, and AdamW's second moments are such squares.
        guard norm * norm <= Double(Float.greatestFiniteMagnitude) else {
            throw diverged(
                "the gradients' norm became \(norm)", epoch: epoch, dialogues: Array(dialogues.joined()),
                arenas: [
                    (optimizer.firstMoments, "gradient of"), (optimizer.secondMoments, "squared gradient of"),
                ])
        }
        return (value, norm)
    }

    /// The error of a step whose numbers left the range of float32.
    /// - Parameters:
    ///   - dialogues: those of the minibatch.
    ///   - operation: the first whose result is not finite, as a sentence, where it is known.
    ///   - arenas: where to look for the first tensor that holds NaN or infinity, and what its numbers are called.
    private func diverged(
        _ what: String, epoch: Int, dialogues: [Int], operation: String? = nil, arenas: [(Tensor, String)]
    ) -> TrainingError {
        let tensor = arenas.lazy.compactMap { [parameters = model.parameters] arena, kind in
            parameters.firstNonFinite(in: arena).map {
                "the \(kind) \($0.name) is the first that holds NaN or infinity"
            }
        }.first
        let causes = [tensor, operation].compactMap { $0 }
        let cause =
            causes.isEmpty
            ? "every parameter is finite, so a value became too large between the layers"
            : causes.joined(separator: "; ")
        let saved = try? CheckpointFile.readHeader(
            folder.lastCheckpoint, models: record.configuration.models
        ).progress
        let checkpoint = saved.map {
            " The last checkpoint, \(folder.lastCheckpoint), is sound: it was written after \($0.completedEpochs) epochs"
                + ($0.stepInEpoch > 0 ? " and \($0.stepInEpoch) steps." : ".")
        }
        return TrainingError(
            .numerics,
            "\(what) at step \(progress.stepInEpoch + 1) of epoch \(epoch), with the dialogues \(source.ids(of: dialogues)) (\(cause)); lower optimizer.learningRate and "
                + "train again, or look for outliers with vuemo validate.\(checkpoint ?? "")")
    }

    /// Evaluates the epoch, adds it to the history and writes it down; false where it was interrupted.
    private func finishEpoch(_ interruption: Interruption, _ observe: (TrainingEvent) -> Void) throws -> Bool {
        observe(.evaluating(split: splits.selectionName))
        let clock = ContinuousClock()
        let start = clock.now
        guard
            let evaluation = try withEvaluatedParameters(
                includingCurrent: true, { try evaluate(splits.selection, interruption) })
        else { return false }
        var metrics = EpochMetrics(
            epoch: progress.completedEpochs + 1,
            trainLoss: progress.stepLosses.reduce(0.0) { $0 + Double($1) } / Double(max(1, progress.stepInEpoch)),
            stepLosses: progress.stepLosses, trainSeconds: milliseconds(progress.secondsInEpoch),
            dataSeconds: milliseconds(progress.dataSecondsInEpoch),
            evaluationSeconds: milliseconds((clock.now - start).seconds),
            learningRate: learningRate(ofStep: progress.totalSteps - 1, stepsPerEpoch: progress.stepInEpoch),
            gradientNorm: progress.gradientNorms.reduce(0, +) / Double(max(1, progress.gradientNorms.count)),
            largestGradientNorm: progress.gradientNorms.max(),
            parameterNorm: Kernels.sumOfSquares(model.parameters.values).squareRoot(),
            utterancesPerSecond: (Double(splits.trainedUtterances) / max(progress.secondsInEpoch, 1e-9)).rounded(),
            score: settings.selection.score(evaluation), peakMemoryMiB: peakMemoryMiB())
        metrics.set(scores: evaluation, settings)
        progress.history.append(metrics)
        average?.add(model.parameters.values)
        progress.stepLosses = []
        progress.gradientNorms = []
        progress.secondsInEpoch = 0
        progress.dataSecondsInEpoch = 0
        let isBest = progress.history.best?.epoch == metrics.epoch
        // In this order a kill at any point leaves files that `resume` can bring together again.
        try save()
        if isBest { try publishBest() }
        profile?.laps.lap("checkpoints", .writing)
        if settings.keepEvery > 0, metrics.epoch.isMultiple(of: settings.keepEvery) {
            try publishLast(as: folder.keptCheckpoint(epoch: metrics.epoch))
        }
        try RunFolder.writing(folder.metrics) {
            try TextFile.append(try JSON.line(metrics) + "\n", to: folder.metrics)
        }
        observe(.epoch(metrics, epochs: settings.epochs, isBest: isBest))
        if recordsHistograms {
            let weights = ParameterHistogram.all("weights", of: model.parameters, in: model.parameters.values)
            observe(.histograms(weights + gradientHistograms, epoch: metrics.epoch))
            gradientHistograms = []
        }
        return true
    }

    /// Loads the chosen epoch, evaluates it on test, and writes `predictions.csv` and `result.json`; nil where it was interrupted.
    private func evaluateChosenEpoch(_ interruption: Interruption) throws -> RunResult? {
        let header = try chosenEpoch.check(whole: false)
        try CheckpointFile.readParameters(folder.bestCheckpoint, into: model.parameters)
        guard let evaluation = try evaluate(splits.test, interruption) else { return nil }
        let result = RunResult(
            evaluation, classNames: source.labels.names, chosenEpoch: header.progress.completedEpochs,
            split: "test", microF1Without: settings.microF1Without, run: identity, size: size)
        try RunFolder.writing(folder.predictions) {
            try TextFile.replace(
                folder.predictions, with: evaluation.predictions(of: store, classNames: source.labels.names))
        }
        try RunFolder.writing(folder.result) { try TextFile.replace(folder.result, with: try result.json) }
        return result
    }

    /// Runs `body` with the parameters that are evaluated: the model's own, or the mean of those after the last epochs.
    private func withEvaluatedParameters<Result>(
        includingCurrent: Bool, _ body: () throws -> Result
    ) rethrows -> Result {
        guard let average else { return try body() }
        return try average.inPlace(of: model.parameters, includingCurrent: includingCurrent, body)
    }

    /// What the result is the result of.
    private var identity: RunIdentity { RunIdentity(record, labels: source.labels, testPart: splits.part) }

    private func evaluate(_ dialogues: [Int], _ interruption: Interruption) throws -> Evaluation? {
        defer { profile?.laps.lap("scores", .evaluation) }
        return try Evaluation.run(
            model, source: source, dialogues: dialogues, settings: settings, interruption: interruption,
            profile: profile?.laps)
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// A time to the millisecond.
func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

/// The most memory the process ever held, in MiB. Linux tells its own; the usage record may begin with the parent's.
func peakMemoryMiB() -> Int {
    if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kibibytes = Int(line.filter(\.isNumber))
    {
        return kibibytes / 1024
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) / 1024
}

extension TrainingRun {
    /// Writes `last.h5`, from which the run can be continued.
    func save() throws { try write(folder.lastCheckpoint, optimizer: optimizer) }

    /// Makes `best.h5` what `last.h5` is now, without the optimiser's moments: it is used and never continued.
    func publishBest() throws {
        try withEvaluatedParameters(includingCurrent: false) { try write(folder.bestCheckpoint, optimizer: nil) }
    }

    /// What the model is made for.
    var data: RunData { RunData(store: store, labels: source.labels, features: source.features) }

    private func write(_ path: String, optimizer: AdamW?) throws {
        try RunFolder.writing(path) {
            try CheckpointFile.write(
                CheckpointHeader(progress: progress, record: record), data: data, parameters: model.parameters,
                optimizer: optimizer, snapshots: optimizer == nil ? [] : average?.snapshots ?? [], to: path)
        }
    }

    /// Gives `last.h5` a second name, in the place of what has it. Checkpoints are replaced and never changed, so both can be one file.
    /// Where a run averages, what is kept is the mean of the last epochs' parameters.
    private func publishLast(as path: String) throws {
        try RunFolder.writing(path) {
            guard average == nil else {
                return try withEvaluatedParameters(includingCurrent: false) { try write(path, optimizer: nil) }
            }
            try AtomicFile.replace(path) { copy in
                guard link(folder.lastCheckpoint, copy) != 0 else { return }
                // The file system has no links.
                try FileManager.default.copyItem(atPath: folder.lastCheckpoint, toPath: copy)
            }
        }
    }
}
