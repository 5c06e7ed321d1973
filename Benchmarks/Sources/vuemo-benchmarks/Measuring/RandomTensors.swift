import Autodiff
import Tensors

extension Tensor {
    /// Numbers of ±scale, the same for the same seed.
    static func random(_ rows: Int, _ columns: Int, seed: UInt64, scale: Float = 1) -> Tensor {
        let result = Tensor(rows: rows, columns: columns)
        var generator = SplitMix64(seed: seed)
        for index in 0..<result.count { result.values[index] = (2 * generator.uniform() - 1) * scale }
        return result
    }
}

/// Variables of random numbers for operations, each with a seed of its own.
struct Inputs {
    private var seed: UInt64 = 0

    /// Numbers of [rows, columns].
    mutating func tensor(_ rows: Int, _ columns: Int, scale: Float = 1) -> Tensor {
        seed += 1
        return .random(rows, columns, seed: seed, scale: scale)
    }

    /// A parameter of [rows, columns] of the size of PyTorch's initial ones, with memory for its gradient.
    mutating func parameter(_ rows: Int, _ columns: Int) -> Variable {
        let value = tensor(rows, columns, scale: 1 / Float(columns).squareRoot())
        return Variable(parameter: value, gradient: Tensor(rows: rows, columns: columns, repeating: 0))
    }
}
