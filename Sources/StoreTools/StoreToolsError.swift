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
