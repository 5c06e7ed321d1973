import Autodiff
import Foundation
import Tensors
import Testing

/// Holds an operation against a naive reference in double.
///
/// - The forward values agree with the reference's.
/// - The gradient of a random projection of the output agrees with central differences of the reference, along random
///   directions and for single elements of every input. Differences are taken in double, where a step of 1e-6 leaves errors
///   near 1e-9: kinks are hardly ever met, and the tolerance only covers the rounding of float32.
/// - The same gradients are added to what a parameter's gradient holds already.
/// - They do not change where any one of the inputs is a constant.
///
/// - Parameters:
///   - data: inputs that never have a gradient
///   - directions, elements: how many of each are tried per input
func checkOperation(
    _ inputs: [Grid], data: Set<Int> = [], mode: Tape.Mode = .evaluation, directions: Int = 3, elements: Int = 10,
    tolerance: Double = 1e-4, sourceLocation: SourceLocation = #_sourceLocation,
    operation: @escaping (Tape, [Variable]) -> Variable, reference: @escaping ([Grid]) -> Grid
) {
    let check = GradientCheck(inputs: inputs, data: data, mode: mode, operation: operation, reference: reference)
    let expected = reference(inputs)
    let actual = Grid(operation(Tape(mode: mode, recording: false), inputs.map { .constant($0.tensor) }).value)
    guard actual.rows == expected.rows, actual.columns == expected.columns else {
        Issue.record(
            "shape [\(actual.rows), \(actual.columns)] instead of [\(expected.rows), \(expected.columns)]",
            sourceLocation: sourceLocation)
        return
    }
    #expect(largestError(actual, expected) < tolerance, "forward", sourceLocation: sourceLocation)

    var generator = SplitMix64(seed: 99)
    let projection = Grid.random(expected.rows, expected.columns, using: &generator)
    let gradients = check.gradients(projection, constants: data)
    for index in inputs.indices where !data.contains(index) {
        guard let gradient = gradients[index] else {
            Issue.record("input \(index) has no gradient", sourceLocation: sourceLocation)
            continue
        }
        let count = gradient.count
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let largest = gradient.map(abs).max() ?? 0
        for _ in 0..<directions {
            let direction = (0..<count).map { _ in Double(2 * generator.uniform() - 1) }
            let numeric = check.difference(input: index, direction: direction, projection)
            let analytic = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(
                abs(numeric - analytic) <= tolerance * (norm + 1e-2), "input \(index), along a random direction",
                sourceLocation: sourceLocation)
        }
        for element in (0..<count).shuffled(using: &generator).prefix(elements) {
            var direction = [Double](repeating: 0, count: count)
            direction[element] = 1
            let numeric = check.difference(input: index, direction: direction, projection)
            #expect(
                abs(numeric - gradient[element]) <= tolerance * (largest + 1e-2), "input \(index), element \(element)",
                sourceLocation: sourceLocation)
        }
        for constant in inputs.indices where constant != index && !data.contains(constant) {
            let others = check.gradients(projection, constants: data.union([constant]))
            #expect(
                others[index].map { isClose($0, gradient) } ?? false,
                "input \(index) where input \(constant) is constant",
                sourceLocation: sourceLocation)
        }
    }
    for (index, sum) in check.gradientsAddedToHalves(projection).enumerated() where !data.contains(index) {
        guard let gradient = gradients[index] else { continue }
        #expect(
            isClose(sum, gradient.map { $0 + 0.5 }), "input \(index): added to an existing gradient",
            sourceLocation: sourceLocation)
    }
}

/// The largest |a − b|, relative to |b| where that exceeds 1.
func largestError(_ a: Grid, _ b: Grid) -> Double {
    zip(a.values, b.values).reduce(0) { worst, pair in
        let error = abs(pair.0 - pair.1) / max(1, abs(pair.1))
        return error.isNaN ? .infinity : max(worst, error)
    }
}

private func isClose(_ a: [Double], _ b: [Double]) -> Bool {
    let scale = max(1, b.map(abs).max() ?? 0)
    return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * scale }
}

private struct GradientCheck {
    let inputs: [Grid]
    let data: Set<Int>
    let mode: Tape.Mode
    let operation: (Tape, [Variable]) -> Variable
    let reference: ([Grid]) -> Grid

    /// The tape's gradients of Σ projection ⊙ output.
    func gradients(_ projection: Grid, constants: Set<Int>) -> [[Double]?] {
        let variables = inputs.enumerated().map { Variable($1.tensor, requiresGradient: !constants.contains($0)) }
        run(variables, projection)
        return variables.map { $0.gradient?.values.map(Double.init) }
    }

    /// The same where all inputs are parameters whose gradients hold 0.5 everywhere.
    func gradientsAddedToHalves(_ projection: Grid) -> [[Double]] {
        let arenas = inputs.map { Tensor(rows: $0.rows, columns: $0.columns, repeating: 0.5) }
        let variables = inputs.indices.map { index in
            data.contains(index)
                ? Variable.constant(inputs[index].tensor)
                : Variable(parameter: inputs[index].tensor, gradient: arenas[index])
        }
        run(variables, projection)
        return arenas.map { $0.values.map(Double.init) }
    }

    private func run(_ variables: [Variable], _ projection: Grid) {
        let tape = Tape(mode: mode)
        let count = projection.values.count
        let output = tape.reshape(operation(tape, variables), rows: 1, columns: count)
        tape.backward(from: tape.linear(output, weight: .constant(projection.tensor.reshaped(rows: 1, columns: count))))
    }

    /// The reference's derivative along a direction in one input.
    func difference(input: Int, direction: [Double], _ projection: Grid) -> Double {
        let step = 1e-6
        func value(_ sign: Double) -> Double {
            var moved = inputs
            for index in direction.indices { moved[input].values[index] += sign * step * direction[index] }
            return zip(reference(moved).values, projection.values).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return (value(1) - value(-1)) / (2 * step)
    }
}
