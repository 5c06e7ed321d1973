import Foundation

/// What went wrong in configuring, feeding, running or resuming a training run.
///
/// The description is one sentence that says what, where (file, key, feature, dialogue) and what to do about it.
public struct TrainingError: Error, Equatable, Sendable, CustomStringConvertible, LocalizedError {
    /// The part of training that failed; scripts and tests tell errors apart by it.
    public enum Kind: String, Sendable {
        /// A configuration key, its value, or a combination of values.
        case configuration
        /// The store lacks something the run needs, or holds values that cannot be trained on.
        case data
        /// A checkpoint or a parameter file cannot be written, read or used.
        case checkpoint
        /// The run folder cannot be created, found or written.
        case runFolder
        /// The numbers left the finite range.
        case numerics
    }

    /// The part that failed.
    public let kind: Kind
    /// The sentence.
    public let description: String
    /// The same sentence.
    public var errorDescription: String? { description }

    /// An error with its sentence.
    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
