import Autodiff
import Tensors

/// A named array of a model: a trainable parameter, or a buffer such as a running mean.
///
/// It has memory once its `ParameterStore` has been built.
public final class Parameter {
    /// The full name, PyTorch's way: "vue.gates.0.weight".
    public let name: String
    /// The shape in a checkpoint: [out, in] for a linear layer's weight, [] for a single number.
    public let shape: [Int]
    let initialization: Initialization
    private var bound: (value: Tensor, variable: Variable?)?

    /// Numbers in it.
    public var count: Int { shape.reduce(1, *) }

    init(name: String, shape: [Int], initialization: Initialization) {
        self.name = name
        self.shape = shape
        self.initialization = initialization
    }

    func bind(value: Tensor, variable: Variable?) { bound = (value, variable) }

    /// The numbers: [shape[0], rest], or one row where there is one dimension or none.
    public var value: Tensor {
        guard let bound else { preconditionFailure("\(name) is used before its store is built") }
        return bound.value
    }

    /// The parameter as an input of operations. Buffers have none.
    public var variable: Variable {
        guard let variable = bound?.variable else {
            preconditionFailure("\(name) is not a trainable parameter of a built store")
        }
        return variable
    }

    /// The matrix that `shape` is read as.
    var rows: Int { shape.count < 2 ? 1 : shape[0] }
}

/// How a parameter's first numbers are drawn.
public enum Initialization: Sendable {
    /// Every number the same.
    case constant(Float)
    /// Uniform in ±bound.
    case uniform(bound: Float)
    /// Standard normal.
    case normal

    /// PyTorch's choice for linear layers and 1×1 convolutions: U(±1/√in).
    package static func fanIn(_ inputs: Int) -> Initialization { .uniform(bound: 1 / Float(inputs).squareRoot()) }

    /// Glorot and Bengio (2010): U(±√(6 / (in + out))).
    package static func xavier(inputs: Int, outputs: Int) -> Initialization {
        .uniform(bound: (6 / Float(inputs + outputs)).squareRoot())
    }

    func fill(_ values: UnsafeMutableBufferPointer<Float>, with generator: inout SplitMix64) {
        for index in values.indices {
            values[index] =
                switch self {
                case .constant(let value): value
                case .uniform(let bound): (2 * generator.uniform() - 1) * bound
                case .normal: generator.normal()
                }
        }
    }
}
