import Foundation
import Tensors

/// Named arrays do not fit a model's parameters.
public struct ParameterMismatch: Error, CustomStringConvertible, LocalizedError, Equatable {
    /// Names the model has and the arrays lack.
    public let missing: [String]
    /// Names the arrays have and the model lacks.
    public let unknown: [String]
    /// Names whose shapes differ, with both shapes.
    public let misshapen: [String]

    /// Everything that does not fit, in one sentence.
    public var description: String {
        func list(_ title: String, _ names: [String]) -> [String] {
            if names.isEmpty { return [] }
            let more = names.count > 4 ? " and \(names.count - 4) more" : ""
            return ["\(title) \(names.prefix(4).joined(separator: ", "))\(more)"]
        }
        return (list("missing", missing) + list("unknown", unknown) + list("of another shape", misshapen)).joined(
            separator: "; ")
    }

    /// The description.
    public var errorDescription: String? { description }
}

extension ParameterStore {
    /// Replaces all parameters and buffers by named arrays. Nothing is changed unless all fit.
    ///
    /// - Parameters:
    ///   - arrays: shape and numbers under every name
    ///   - requireBuffers: whether buffers must be there, too; otherwise absent ones keep their values
    /// - Throws: `ParameterMismatch`, naming every missing, unknown and misshapen array
    public func load(
        _ arrays: [String: (shape: [Int], values: [Float])], requireBuffers: Bool = true
    ) throws(ParameterMismatch) {
        let expected = entries + buffers
        let required = requireBuffers ? expected : entries
        let missing = required.map(\.name).filter { arrays[$0] == nil }
        let unknown = Set(arrays.keys).subtracting(expected.map(\.name)).sorted()
        let misshapen = expected.compactMap { parameter -> String? in
            guard let (shape, values) = arrays[parameter.name] else { return nil }
            if shape != parameter.shape { return "\(parameter.name) (\(shape) instead of \(parameter.shape))" }
            return values.count == parameter.count ? nil : "\(parameter.name) (\(values.count) numbers for \(shape))"
        }
        guard missing.isEmpty, unknown.isEmpty, misshapen.isEmpty else {
            throw ParameterMismatch(missing: missing, unknown: unknown, misshapen: misshapen)
        }
        for parameter in expected {
            guard let values = arrays[parameter.name]?.values else { continue }
            _ = parameter.value.values.update(fromContentsOf: values)
        }
    }
}
