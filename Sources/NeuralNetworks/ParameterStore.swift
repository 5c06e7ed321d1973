import Autodiff
import Tensors

/// All parameters of a model in one arena, their gradients in a second one of the same layout, and its buffers in a third.
///
/// The optimiser is one pass over the arenas. The order of entries is the order of declaration.
public final class ParameterStore {
    /// Trainable parameters.
    public let entries: [Parameter]
    /// Arrays that belong to the model but have no gradient: running statistics.
    public let buffers: [Parameter]
    /// The arena of parameters, [1, total]. Entries start at multiples of 16 numbers; the gaps stay 0.
    public let values: Tensor
    /// The arena of gradients; same layout.
    public let gradients: Tensor
    /// First number of each entry in the arenas.
    public let offsets: [Int]

    /// Number of trainable numbers.
    public var parameterCount: Int { entries.reduce(0) { $0 + $1.count } }

    /// Declares, places and initialises in one act.
    ///
    /// - Parameters:
    ///   - seed: equal seeds give equal parameters
    ///   - declare: builds the layers of a model on the scope it is given, and returns it
    public static func build<Model>(seed: UInt64, _ declare: (ParameterScope) -> Model) -> (
        model: Model, store: ParameterStore
    ) {
        let declarations = Declarations()
        let model = declare(ParameterScope(declarations: declarations, prefix: ""))
        return (model, ParameterStore(declarations, seed: seed))
    }

    private init(_ declarations: Declarations, seed: UInt64) {
        entries = declarations.entries
        buffers = declarations.buffers
        var offsets: [Int] = []
        var total = 0
        for entry in entries {
            offsets.append(total)
            total += (entry.count + 15) / 16 * 16
        }
        self.offsets = offsets
        values = Tensor(rows: 1, columns: total, repeating: 0)
        gradients = Tensor(rows: 1, columns: total, repeating: 0)
        for (index, entry) in entries.enumerated() {
            func view(_ arena: Tensor) -> Tensor {
                arena.part(from: offsets[index], rows: entry.rows, columns: entry.count / entry.rows)
            }
            let value = view(values)
            entry.bind(value: value, variable: Variable(parameter: value, gradient: view(gradients)))
            var generator = SplitMix64(seed: seed, stream: UInt64(index) + 1)
            entry.initialization.fill(value.values, with: &generator)
        }
        for buffer in buffers {
            let value = Tensor(rows: buffer.rows, columns: buffer.count / buffer.rows)
            buffer.bind(value: value, variable: nil)
            var generator = SplitMix64(seed: seed)
            buffer.initialization.fill(value.values, with: &generator)
        }
    }

    /// The first parameter, in the order of declaration, that holds NaN or infinity in an arena of this layout: the values, the
    /// gradients or an optimiser's moments.
    public func firstNonFinite(in arena: Tensor) -> Parameter? {
        precondition(arena.count == values.count, "an arena of \(arena.count) numbers for \(values.count)")
        let numbers = arena.reshaped(rows: arena.count, columns: 1)
        return zip(entries, offsets).first { entry, offset in !numbers.rows(offset..<offset + entry.count).isFinite }?.0
    }

    /// Sets every gradient to 0.
    package func zeroGradients() { gradients.fill(0) }
}

/// What has been declared so far.
final class Declarations {
    var entries: [Parameter] = []
    var buffers: [Parameter] = []
    private var names: Set<String> = []

    func add(_ parameter: Parameter, trainable: Bool) {
        precondition(names.insert(parameter.name).inserted, "\(parameter.name) is declared twice")
        if trainable { entries.append(parameter) } else { buffers.append(parameter) }
    }
}

/// A place in the tree of names in which a layer declares its parameters.
public struct ParameterScope {
    let declarations: Declarations
    let prefix: String

    /// The scope below this one: names in it start with "name.".
    public func scope(_ name: String) -> ParameterScope {
        ParameterScope(declarations: declarations, prefix: prefix + name + ".")
    }

    /// The scope of the i-th layer of a list: "0.", "1.", …
    public func scope(_ index: Int) -> ParameterScope { scope(String(index)) }

    /// Declares a trainable parameter: names it, places it, initialises it and makes it part of checkpoints.
    public func declare(_ name: String, _ shape: [Int], _ initialization: Initialization) -> Parameter {
        let parameter = Parameter(name: prefix + name, shape: shape, initialization: initialization)
        declarations.add(parameter, trainable: true)
        return parameter
    }

    /// Declares an array without gradient that is part of checkpoints.
    package func declareBuffer(_ name: String, _ shape: [Int], _ value: Float) -> Parameter {
        let buffer = Parameter(name: prefix + name, shape: shape, initialization: .constant(value))
        declarations.add(buffer, trainable: false)
        return buffer
    }
}
