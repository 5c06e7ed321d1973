import Files
import Foundation

/// Why a store cannot be cut, joined, compared or exported.
public struct StoreToolsError: Error, Equatable, Sendable {
    /// What is wrong, where, and what to do about it: one sentence.
    public let message: String

    init(_ message: String) {
        self.message = message
    }
}

extension StoreToolsError: CustomStringConvertible, LocalizedError {
    /// The sentence.
    public var description: String { message }
    /// The same sentence as ``description``.
    public var errorDescription: String? { message }
}

extension OutputPath {
    /// Refuses what can be known to fail before anything is read, as an error of these tools.
    func refuseUnusable(inputs: [String]) throws(StoreToolsError) {
        do {
            try check(inputs: inputs)
        } catch {
            throw StoreToolsError(error.description)
        }
    }
}
