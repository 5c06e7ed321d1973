import Configuration
import NeuralNetworks
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct AdamWTests {
    private func store(_ count: Int) -> ParameterStore {
        ParameterStore.build(seed: 51) { p in _ = p.declare("x", [count], .normal) }.store
    }

    /// Decay, moments, bias correction and step in double, in PyTorch's order.
    private struct Reference {
        var p: [Double]
        var m: [Double]
        var v: [Double]
        var t = 0.0

        init(_ values: [Float]) {
            p = values.map(Double.init)
            m = p.map { _ in 0 }
            v = m
        }

        mutating func step(_ gradient: [Float], _ c: Settings<AdamWKeys>) {
            t += 1
            func power(_ base: Double) -> Double { (0..<Int(t)).reduce(1) { product, _ in product * base } }
            for i in p.indices {
                let g = Double(gradient[i])
                p[i] *= 1 - c.learningRate * c.weightDecay
                m[i] = c.beta1 * m[i] + (1 - c.beta1) * g
                v[i] = c.beta2 * v[i] + (1 - c.beta2) * g * g
                let corrected = (m[i] / (1 - power(c.beta1)), v[i] / (1 - power(c.beta2)))
                p[i] -= c.learningRate * corrected.0 / (corrected.1.squareRoot() + c.epsilon)
            }
        }
    }

    @Test(arguments: [(1e-2, 3e-5, 1e-8), (1e-3, 0.1, 1e-8), (1e-2, 0, 1e-3)])
    func fiftySteps(learningRate: Double, weightDecay: Double, epsilon: Double) {
        let store = store(37)
        let start = store.entries[0].value.array
        var configuration = Settings<AdamWKeys>(learningRate: learningRate, weightDecay: weightDecay)
        configuration.epsilon = epsilon
        let optimizer = AdamW(store, configuration)
        var reference = Reference(start)
        var generator = SplitMix64(seed: 52)
        for step in 1...50 {
            // Gradients of very different sizes, some of them 0.
            let gradient = (0..<37).map { i in i % 9 == 0 ? 0 : generator.normal() * [1, 1e-3, 100, 1e-6][i % 4] }
            _ = store.entries[0].variable.gradient!.values.update(fromContentsOf: gradient)
            optimizer.step()
            reference.step(gradient, configuration)
            #expect(optimizer.stepCount == step)
            #expect(store.gradients.values.allSatisfy { $0 == 0 }, "gradients are zeroed")
        }
        for i in 0..<37 {
            let moved = abs(reference.p[i] - Double(start[i]))
            #expect(abs(Double(store.values.values[i]) - reference.p[i]) < 1e-4 * moved + 5e-6, "parameter \(i)")
            #expect(
                abs(Double(optimizer.firstMoments.values[i]) - reference.m[i]) <= 1e-4 * abs(reference.m[i]) + 1e-9)
            #expect(abs(Double(optimizer.secondMoments.values[i]) - reference.v[i]) <= 1e-4 * reference.v[i] + 1e-18)
        }
    }

    /// A step says how large its gradients were, and so whether any was not finite.
    @Test(arguments: [1, 37, 5000]) func normOfTheGradients(count: Int) {
        let store = store(count)
        let optimizer = AdamW(store, .init(learningRate: 0.01))
        var generator = SplitMix64(seed: 53)
        let gradient = (0..<count).map { _ in generator.normal() }
        _ = store.entries[0].variable.gradient!.values.update(fromContentsOf: gradient)
        let expected = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(abs(optimizer.step() - expected) < 1e-12 * expected)
        #expect(optimizer.step() == 0)
        #expect(store.firstNonFinite(in: optimizer.firstMoments) == nil)
        for special in [Float.nan, .infinity, -.infinity] {
            store.gradients[0, count - 1] = special
            #expect(!optimizer.step().isFinite)
            #expect(store.firstNonFinite(in: optimizer.firstMoments)?.name == "x")
        }
    }

    /// Without gradients, only decay acts.
    @Test func decay() {
        let store = store(5)
        let start = store.entries[0].value.array
        let optimizer = AdamW(store, .init(learningRate: 0.1, weightDecay: 0.5))
        for _ in 0..<10 { optimizer.step() }
        let factor = (0..<10).reduce(Float(1)) { product, _ in product * 0.95 }
        for (value, start) in zip(store.entries[0].value.values, start) { #expect(abs(value - start * factor) < 1e-6) }
    }

    /// The first step is the learning rate long, whatever the gradient's size.
    @Test(arguments: [1e-3, 1, 1e4] as [Float])
    func firstStep(size: Float) {
        let store = store(4)
        let start = store.entries[0].value.array
        let optimizer = AdamW(store, .init(learningRate: 0.01, weightDecay: 0))
        for i in 0..<4 { store.gradients.values[i] = i % 2 == 0 ? size : -size }
        optimizer.step()
        for i in 0..<4 { #expect(abs(store.values.values[i] - (start[i] + (i % 2 == 0 ? -0.01 : 0.01))) < 1e-6) }
    }

    @Test func gapsOfTheArenaStayZero() {
        let store = store(5)
        let optimizer = AdamW(store, .init(learningRate: 0.1))
        for step in 0..<3 {
            for i in 0..<5 { store.gradients.values[i] = Float(step + i) }
            optimizer.step()
        }
        #expect(store.values.array[5...].allSatisfy { $0 == 0 })
    }

    @Test func learningRateMayChange() {
        let store = store(1)
        let optimizer = AdamW(store, .init(learningRate: 0.01, weightDecay: 0))
        store.gradients.values[0] = 1
        optimizer.step()
        let after = store.values.values[0]
        optimizer.settings.learningRate = 0
        store.gradients.values[0] = 1
        optimizer.step()
        #expect(store.values.values[0] == after)
    }

    /// Bit for bit: each number belongs to one thread.
    @Test func threadCountsAgree() {
        func run(_ threads: Int) -> [Float] {
            withThreads(threads) {
                let store = store(200_001)
                let optimizer = AdamW(store, .init(learningRate: 0.01))
                for step in 0..<3 {
                    _ = store.gradients.values.update(from: store.values.values)
                    store.gradients.values[step] = 5
                    optimizer.step()
                }
                return store.values.array
            }
        }
        let one = run(1)
        #expect(run(2) == one)
        #expect(run(3) == one)
    }
}
