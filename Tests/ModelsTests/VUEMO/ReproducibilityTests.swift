import Autodiff
import NeuralNetworks
import Optimizers
import Tensors
import TestSupport
import Testing
import Models

/// The same seed and thread count give the same bits; another thread count the same numbers, and with our own kernels the same
/// bits, too.
@Suite struct ReproducibilityTests {
    /// Parameters and losses after some steps.
    private func train(_ variant: Variant, seed: UInt64, threads: Int, steps: Int = 4) throws -> (
        values: [Float], losses: [Float]
    ) {
        try withThreads(threads) {
            let c = SmallModel.configuration(variant)
            let model = VUEMOModel(c, seed: seed)
            let optimizer = AdamW(model.parameters, .init(learningRate: 1e-3))
            let input = SmallModel.input((0..<9).map { (number: $0, length: 1 + $0 * 3 % 7) }, c)
            var losses: [Float] = []
            for step in 0..<steps {
                let tape = Tape(mode: .training(seed: seed, step: UInt64(step)))
                let output = try model.forward(input, on: tape).logProbabilities
                let loss = tape.negativeLogLikelihood(output, labels: SmallModel.labels(input, classes: 4))
                losses.append(loss.value[0, 0])
                tape.backward(from: loss)
                optimizer.step()
            }
            return (model.parameters.values.array, losses)
        }
    }

    @Test(arguments: Variant.allCases, 1...2)
    func sameSeedSameBits(variant: Variant, threads: Int) throws {
        let first = try train(variant, seed: 8, threads: threads)
        let second = try train(variant, seed: 8, threads: threads)
        #expect(first.values == second.values)
        #expect(first.losses == second.losses)
    }

    @Test(arguments: Variant.allCases)
    func anotherSeedOtherNumbers(variant: Variant) throws {
        #expect(try train(variant, seed: 8, threads: 1).losses != train(variant, seed: 9, threads: 1).losses)
    }

    @Test(arguments: Variant.allCases)
    func threadCountsAgree(variant: Variant) throws {
        let one = try train(variant, seed: 8, threads: 1)
        for threads in [2, 3] {
            let more = try train(variant, seed: 8, threads: threads)
            #expect(largestError(more.losses, one.losses) < 1e-5)
            // A step is as long for a gradient of rounding noise as for a large one, so parameters may part by a few steps.
            #expect(relativeNorm(more.values, one.values) < 1e-4)
            if MatrixProduct.hasKernels { #expect(more.values == one.values && more.losses == one.losses) }
        }
    }

    /// Wide enough for products and element loops to be split over the threads.
    @Test(arguments: Variant.allCases)
    func gradientsOfALargerModel(variant: Variant) throws {
        var c = SmallModel.configuration(variant, dropout: 0.3)
        c.hiddenSize = 64
        c.maximumHyperedges = 2000
        c.maximumNodes = 2000
        let model = VUEMOModel(c, seed: 2)
        let input = SmallModel.input((0..<18).map { (number: $0, length: 5 + $0 % 7) }, c)
        func gradients(threads: Int) throws -> [Float] {
            try withThreads(threads) {
                model.parameters.zeroGradients()
                let tape = Tape(mode: .training(seed: 1, step: 1))
                let output = try model.forward(input, on: tape).logProbabilities
                tape.backward(from: tape.releasedFocalLoss(output, labels: SmallModel.labels(input, classes: 4)))
                return model.parameters.gradients.array
            }
        }
        let one = try gradients(threads: 1)
        for threads in [2, 4] {
            let more = try gradients(threads: threads)
            #expect(try gradients(threads: threads) == more, "same bits")
            #expect(relativeNorm(more, one) < 1e-5)
            if MatrixProduct.hasKernels { #expect(more == one) }
        }
    }

    /// Evaluation draws no masks and leaves running statistics alone.
    @Test(arguments: Variant.allCases)
    func evaluationChangesNothing(variant: Variant) throws {
        let model = SmallModel.model(SmallModel.configuration(variant))
        let input = SmallModel.input([(number: 1, length: 3), (number: 2, length: 2)], model.configuration)
        let buffers = model.parameters.buffers.map(\.value.array)
        let first = try model.forward(input, on: Tape(mode: .evaluation, recording: false)).logProbabilities.value.array
        let second = try model.forward(input, on: Tape(mode: .evaluation, recording: false)).logProbabilities.value
            .array
        #expect(first == second)
        #expect(model.parameters.buffers.map(\.value.array) == buffers)
    }
}
