import Autodiff
import Configuration
import ConversationModels
import NeuralNetworks
import Optimizers
import Tensors
import Models

/// A model of one preset and variant with a minibatch of random features: what a step of training computes on.
final class BenchmarkModel {
    /// The data that a preset is for.
    enum Dataset: String, CaseIterable {
        case iemocap = "IEMOCAP"
        case meld = "MELD"

        var dialogues: Dialogues { self == .iemocap ? .iemocap : .meld }
    }

    let dataset: Dataset
    let configuration: VUEMOConfiguration
    private let model: VUEMOModel
    private let optimizer: AdamW
    private let input: ConversationBatch
    private let labels: [Int32]
    private var steps: UInt64 = 0

    /// Numbers in the parameters' arena.
    var parameters: Int { model.parameters.values.count }

    /// The paper's configuration. Positional weights are made for the minibatch where the default is too small.
    static func configuration(_ dataset: Dataset, _ variant: Variant, dialogues: Dialogues) -> VUEMOConfiguration {
        let isMELD = dataset == .meld
        let shape = DatasetShape(
            textWidth: 1024, textLayers: 4, audioWidth: isMELD ? 300 : 1582, visualWidth: 342, classes: isMELD ? 7 : 6,
            speakers: isMELD ? 9 : 2,
            largestBatch: BatchShape(dialogues: dialogues.count, utterances: dialogues.utterances))
        var settings = Settings<VUEMOKeys>()
        settings.variant = variant
        settings.projectText = !isMELD
        var configuration = VUEMOConfiguration(settings, shape)
        configuration.maximumHyperedges = max(10_000, configuration.maximumHyperedges)
        configuration.maximumNodes = max(20_000, configuration.maximumNodes)
        return configuration
    }

    init(_ dataset: Dataset, _ variant: Variant, dialogues: Dialogues) {
        self.dataset = dataset
        configuration = Self.configuration(dataset, variant, dialogues: dialogues)
        model = VUEMOModel(configuration, seed: 1)
        optimizer = AdamW(model.parameters, .init(learningRate: 1e-4))
        let n = dialogues.utterances
        let classes = configuration.classes
        let speakers = configuration.speakers
        var make = Inputs()
        input = ConversationBatch(
            text: (0..<4).map { _ in make.tensor(n, 1024) }, audio: make.tensor(n, configuration.audioWidth),
            visual: make.tensor(n, configuration.visualWidth), speakers: (0..<n).map { Int32($0 % speakers) },
            lengths: dialogues.lengths)
        labels = (0..<n).map { Int32($0 % classes) }
    }

    /// One step of training.
    func step() throws {
        steps += 1
        let tape = Tape(mode: .training(seed: 1, step: steps))
        tape.backward(from: loss(try model.forward(input, on: tape).logProbabilities, on: tape))
        optimizer.step()
    }

    /// The log-probabilities of the minibatch, without dropout and without a record.
    func evaluate() throws {
        let tape = Tape(mode: .evaluation, recording: false)
        let output = try model.forward(input, on: tape).logProbabilities
        precondition(loss(output, on: tape).value[0, 0].isFinite)
    }

    /// The optimiser's part of a step.
    func optimize() { optimizer.step() }

    private func loss(_ logProbabilities: Variable, on tape: Tape) -> Variable {
        dataset == .meld
            ? tape.releasedFocalLoss(logProbabilities, labels: labels)
            : tape.negativeLogLikelihood(logProbabilities, labels: labels, classWeights: [11, 7, 4, 6, 8, 4])
    }
}
