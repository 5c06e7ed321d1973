import Configuration
import Foundation
import NeuralNetworks
import Optimizers
import Tensors
import Testing

/// Step sizes against plain statements of the schedules.
@Suite struct LearningRateScheduleTests {
    private func rates(
        _ schedule: LearningRateSchedule, warmup: Double = 0, final: Double = 0, scores: (Int) -> [Double] = { _ in [] }
    ) -> [Double] {
        var settings = Settings<AdamWKeys>(learningRate: 0.8)
        settings.schedule = schedule
        settings.warmupEpochs = warmup
        settings.finalRate = final
        settings.plateauPatience = 1
        settings.plateauFactor = 0.5
        return (0..<20).map { step in
            settings.rate(
                at: SchedulePosition(step: step, stepsPerEpoch: 5, epochs: 4), scores: scores(step / 5))
        }
    }

    private func expectClose(_ found: [Double], _ expected: [Double]) {
        #expect(found.count == expected.count)
        for (step, (a, b)) in zip(found, expected).enumerated() {
            #expect(abs(a - b) < 1e-12, "step \(step): \(a), \(b)")
        }
    }

    @Test func constant() { expectClose(rates(.constant), [Double](repeating: 0.8, count: 20)) }

    @Test func linearFallsToItsEnd() {
        expectClose(rates(.linear, final: 0.25), (0..<20).map { 0.8 * (1 - 0.75 * Double($0) / 20) })
    }

    @Test func cosineFallsAlongHalfAWave() {
        expectClose(rates(.cosine), (0..<20).map { 0.4 * (1 + cos(.pi * Double($0) / 20)) })
    }

    @Test func warmupRisesFirst() {
        let expected = (0..<20).map { step -> Double in
            let number = Double(step)
            return step < 10 ? 0.8 * (number + 1) / 11 : 0.8 * (20 - number) / 10
        }
        expectClose(rates(.linear, warmup: 2), expected)
    }

    @Test func plateauCutsWhereTheScoreStaysTheSame() {
        // After epochs 1, 2, 3: better, not better, not better for the second time.
        let scores = [50.0, 49, 50]
        expectClose(
            rates(.plateau, scores: { Array(scores.prefix($0)) }),
            (0..<20).map { step in step < 15 ? 0.8 : 0.4 })
    }

    /// As PyTorch's clip_grad_norm_ before a plain step.
    @Test(arguments: [0.5, 5, 1000]) func clippedGradientsAreScaledGradients(limit: Double) {
        func store() -> ParameterStore {
            ParameterStore.build(seed: 5) { p in _ = p.declare("x", [3000], .normal) }.store
        }
        var generator = SplitMix64(seed: 6)
        let gradient = (0..<3000).map { _ in generator.normal() }
        let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let scale = min(1, limit / (norm + 1e-6))
        let (clipped, plain) = (store(), store())
        var settings = Settings<AdamWKeys>(learningRate: 0.01)
        let scaled = AdamW(plain, settings)
        settings.clipNorm = limit
        let optimizer = AdamW(clipped, settings)
        _ = clipped.gradients.values.update(fromContentsOf: gradient)
        _ = plain.gradients.values.update(fromContentsOf: gradient.map { $0 * Float(scale) })
        #expect(abs(optimizer.step() - norm) < 1e-9 * norm, "the norm is that before clipping")
        scaled.step()
        #expect(clipped.values.array == plain.values.array)
        #expect(optimizer.firstMoments.array == scaled.firstMoments.array)
    }
}
