import Files
import Foundation

/// What went wrong in an HDF5 file, where, and what the library or the system said about it.
public struct HDF5Error: Error, Equatable, Sendable {
    /// What was attempted: "open", "read", "write", "create", …
    public let operation: String
    /// The path of the file as it was given.
    public let file: String
    /// The group, dataset or attribute inside the file, where one was concerned.
    public let object: String?
    /// The reason in plain words.
    public let message: String
    /// The system's error number (`errno`) where the system was the cause, for example `ENOSPC`.
    public let systemError: Int32?

    /// An error with a reason in plain words.
    public init(operation: String, file: String, object: String? = nil, message: String, systemError: Int32? = nil) {
        self.operation = operation
        self.file = file
        self.object = object
        self.message = message
        self.systemError = systemError
    }

    /// An error whose reason is an error number of the system.
    public init(operation: String, file: String, object: String? = nil, systemError: Int32) {
        self.init(
            operation: operation, file: file, object: object, message: Self.describe(systemError: systemError),
            systemError: systemError
        )
    }

    /// The system's words for an error number, with what to do where there is something to do.
    static func describe(systemError: Int32) -> String {
        FilesError.reason(systemError)
    }

    /// The error of a plain file, which an HDF5 file is to whoever writes or reads its bytes.
    public init(_ error: FilesError) {
        self.init(operation: error.operation, file: error.path, message: error.reason, systemError: error.systemError)
    }
}

extension HDF5Error: CustomStringConvertible, LocalizedError {
    /// One sentence: what failed, in which file and object, and why.
    public var description: String {
        let place = object.map { "'\($0)' in '\(file)'" } ?? "'\(file)'"
        return "cannot \(operation) \(place): \(message)"
    }

    /// The same sentence as ``description``.
    public var errorDescription: String? { description }
}

extension HDF5Error: CustomNSError {
    /// The path, under Foundation's key for it.
    public var errorUserInfo: [String: Any] { [NSFilePathErrorKey: file] }
}
