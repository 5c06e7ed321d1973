import Foundation

/// Why a conversion did not happen. Its description is one sentence that says what, where and what to do.
public enum ConversionError: Error, Sendable, Equatable {
    /// An input is damaged, unsafe, of no known layout, or contradicts another one. The sentence comes from `converters/`.
    case input(String)
    /// A file cannot be read: missing, a folder, not permitted.
    case unreadable(path: String, reason: String)
    /// The output cannot be written where it was asked for.
    case output(path: String, reason: String)
    /// The embedded Python is missing or cannot be started.
    case pythonUnavailable(String)
    /// The files do not fit into memory.
    case outOfMemory(String)
    /// A fault of the converter itself.
    case internalFault(String)
}

extension ConversionError: CustomStringConvertible, LocalizedError {
    /// The sentence: what, where, and what to do.
    public var description: String {
        switch self {
        case .input(let sentence), .pythonUnavailable(let sentence), .outOfMemory(let sentence): sentence
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .output(let path, let reason): "\(path) cannot be written: \(reason)."
        case .internalFault(let what):
            "The converter itself failed, which is a fault to report with the files' layout: \(what)."
        }
    }

    /// The same sentence.
    public var errorDescription: String? { description }
}

extension ConversionError: CustomNSError {
    /// The path, where the error knows it, under Foundation's key for it.
    public var errorUserInfo: [String: Any] {
        switch self {
        case .unreadable(let path, _), .output(let path, _): [NSFilePathErrorKey: path]
        case .input, .pythonUnavailable, .outOfMemory, .internalFault: [:]
        }
    }
}
