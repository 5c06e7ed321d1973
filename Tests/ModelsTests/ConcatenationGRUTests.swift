import Autodiff
import Models
import Configuration
import ConversationModels
import Conversations
import Tensors
import Testing

@Suite struct ConcatenationGRUTests {
    private static let shape = DatasetShape(
        textWidth: 5, textLayers: 2, audioWidth: 4, visualWidth: 3, classes: 3, speakers: 2,
        largestBatch: BatchShape(dialogues: 2, utterances: 9))

    private func settings(_ letters: String = "avl", dropout: Double = 0) throws -> Settings<ConcatenationGRUKeys> {
        var settings = Settings<ConcatenationGRUKeys>()
        settings.modalities = try #require(Modalities(letters: letters))
        settings.hiddenSize = 4
        settings.dropout = dropout
        return settings
    }

    /// Dialogues whose features follow from their numbers.
    private func batch(_ dialogues: [(number: Int, length: Int)]) -> ConversationBatch {
        func features(_ width: Int, _ kind: UInt64) -> Tensor {
            var values: [Float] = []
            for (number, length) in dialogues {
                var generator = SplitMix64(seed: UInt64(number), stream: kind)
                for _ in 0..<length * width { values.append(generator.normal()) }
            }
            return Tensor(rows: dialogues.reduce(0) { $0 + $1.length }, columns: width, values)
        }
        return ConversationBatch(
            text: [features(5, 0), features(5, 1)], audio: features(4, 2), visual: features(3, 3),
            speakers: dialogues.flatMap { [Int32](repeating: 0, count: $0.length) }, lengths: dialogues.map(\.length))
    }

    private func loss(_ model: ConcatenationGRU, _ batch: ConversationBatch, on tape: Tape) throws -> Variable {
        let output = try model.logProbabilities(batch, on: tape, stages: nil)
        return tape.negativeLogLikelihood(output, labels: (0..<batch.utterances).map { Int32($0 % 3) })
    }

    /// Every tenth parameter against finite differences.
    @Test(arguments: ["avl", "l", "av"]) func gradients(letters: String) throws {
        let model = ConcatenationGRU(try settings(letters), Self.shape, seed: 3)
        let batch = batch([(1, 3), (2, 1), (3, 5)])
        let tape = Tape(mode: .training(seed: 1, step: 1))
        tape.backward(from: try loss(model, batch, on: tape))
        for entry in model.parameters.entries {
            let gradient = try #require(entry.variable.gradient).array
            for index in stride(from: 0, to: entry.count, by: 10) {
                let (row, column) = (index / entry.value.columns, index % entry.value.columns)
                let before = entry.value[row, column]
                func moved(_ step: Float) throws -> Double {
                    entry.value[row, column] = before + step
                    return Double(try loss(model, batch, on: Tape(mode: .evaluation, recording: false)).value[0, 0])
                }
                let difference = (try moved(5e-3) - moved(-5e-3)) / 1e-2
                entry.value[row, column] = before
                #expect(abs(difference - Double(gradient[index])) < 2e-3, "\(entry.name)[\(index)]")
            }
        }
    }

    /// Without dropout, a dialogue's result is the same whoever shares its minibatch.
    @Test func neighboursDoNotMatter() throws {
        let model = ConcatenationGRU(try settings(), Self.shape, seed: 3)
        let tape = Tape(mode: .evaluation, recording: false)
        let together = try model.logProbabilities(batch([(1, 3), (2, 6)]), on: tape, stages: nil).value.array
        let alone = try model.logProbabilities(batch([(1, 3)]), on: tape, stages: nil).value.array
        for (a, b) in zip(together, alone) { #expect(abs(a - b) < 1e-6) }
    }

    @Test func stagesAndProbabilities() throws {
        let model = ConcatenationGRU(try settings(dropout: 0.5), Self.shape, seed: 3)
        let stages = StageRecorder()
        let output = try model.logProbabilities(
            batch([(1, 2), (2, 2)]), on: Tape(mode: .evaluation, recording: false), stages: stages)
        #expect(output.rows == 4 && output.columns == 3)
        let fused = try #require(stages.stages["fused"])
        #expect(fused.rows == 4 && fused.columns == 8)
        try model.check(BatchShape(dialogues: 1000, utterances: 1_000_000))
    }
}
