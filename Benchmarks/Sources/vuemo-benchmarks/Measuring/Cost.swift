/// What a computation needs at least: arithmetic and memory traffic.
///
/// How it is counted: a multiply-add of a matrix product is two operations; element-wise work (activations, tanh, dropout, sums)
/// is no operations, only bytes. Bytes are those of every input read once and every result written once, float32; what an
/// operation keeps for its own backward is not counted. So the floor is one that no implementation can beat, unless algebra
/// saves products or a cache holds the bytes.
struct Cost: Sendable {
    /// Floating-point operations.
    var operations = 0.0
    /// Bytes read and written.
    var bytes = 0.0

    static func + (a: Cost, b: Cost) -> Cost { Cost(operations: a.operations + b.operations, bytes: a.bytes + b.bytes) }
    static func * (count: Int, cost: Cost) -> Cost {
        Cost(operations: Double(count) * cost.operations, bytes: Double(count) * cost.bytes)
    }

    /// A product [rows, inner] × [inner, columns].
    static func product(_ rows: Int, _ inner: Int, _ columns: Int) -> Cost {
        Cost(operations: 2 * Double(rows) * Double(inner) * Double(columns), bytes: 0)
            + .numbers(rows * inner + inner * columns + rows * columns)
    }

    /// Reading or writing so many float32 numbers.
    static func numbers(_ count: Int) -> Cost { Cost(operations: 0, bytes: 4 * Double(count)) }

    /// The shortest time in which `machine` can do this.
    func floor(on machine: Machine) -> Double { max(operations / machine.multiplyRate, bytes / machine.bandwidth) }
}
