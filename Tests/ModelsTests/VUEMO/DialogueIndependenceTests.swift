import Autodiff
import Tensors
import Testing
import Models

/// In the corrected variant a dialogue's prediction does not depend on its neighbours.
@Suite struct DialogueIndependenceTests {
    private static let dialogues: [(number: Int, length: Int)] = [(1, 4), (2, 1), (3, 9), (4, 4), (5, 2)]

    /// Log-probabilities of every dialogue by its number.
    private func predictions(_ model: VUEMOModel, _ dialogues: [(number: Int, length: Int)]) throws -> [Int: [Float]] {
        let input = SmallModel.input(dialogues, model.configuration)
        let output = try model.forward(input, on: Tape(mode: .evaluation, recording: false)).logProbabilities.value
        var result: [Int: [Float]] = [:]
        var first = 0
        for (number, length) in dialogues {
            result[number] = output.rows(first..<first + length).array
            first += length
        }
        return result
    }

    @Test(arguments: TextNorm.allCases, ["avl", "al", "v", "l"])
    func aloneOrTogetherInAnyOrder(norm: TextNorm, modalities: String) throws {
        let model = SmallModel.model(SmallModel.configuration(.corrected, modalities: modalities, norm: norm))
        let together = try predictions(model, Self.dialogues)
        let reversed = try predictions(model, Self.dialogues.reversed())
        let shuffled = try predictions(model, [2, 4, 0, 3].map { Self.dialogues[$0] })
        for dialogue in Self.dialogues {
            let alone = try #require(try predictions(model, [dialogue])[dialogue.number])
            for batch in [together, reversed, shuffled] {
                guard let other = batch[dialogue.number] else { continue }
                #expect(largestError(alone, other) < 1e-5, "dialogue \(dialogue.number)")
            }
        }
    }

    /// In training, too, where no statistics run over the batch.
    @Test func trainingWithoutBatchNorm() throws {
        let model = SmallModel.model(SmallModel.configuration(.corrected, norm: .layer, dropout: 0))
        func run(_ dialogues: [(number: Int, length: Int)]) throws -> [Float] {
            let input = SmallModel.input(dialogues, model.configuration)
            return try model.forward(input, on: Tape(mode: .training(seed: 1, step: 1))).logProbabilities.value.array
        }
        let together = try run(Array(Self.dialogues.prefix(3)))
        #expect(largestError(try Self.dialogues.prefix(3).flatMap { try run([$0]) }, together) < 1e-5)
    }

    /// The released variant depends on the batch, as the public code does: this test keeps the difference from being lost.
    @Test func releasedVariantDependsOnTheBatch() throws {
        let model = SmallModel.model(SmallModel.configuration(.released))
        let together = try #require(try predictions(model, Self.dialogues)[1])
        let alone = try #require(try predictions(model, [Self.dialogues[0]])[1])
        #expect(largestError(alone, together) > 1e-4)
    }
}
