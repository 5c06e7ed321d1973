import Foundation
import HDF5

/// Why a store cannot be written, opened or read.
public struct StoreError: Error, Equatable, Sendable {
    /// The kinds of reasons.
    public enum Reason: Equatable, Sendable {
        /// There is no such file, or it cannot be read.
        case unreadable
        /// The file is not HDF5, or its beginning is lost.
        case notHDF5
        /// The file is HDF5 but not a feature store.
        case notAStore
        /// The file is a store whose writing never ended.
        case incomplete
        /// The store's format is of another major version.
        case unsupportedVersion
        /// An object of the format is missing or not as it must be.
        case malformed
        /// Something in the file leads out of it, or is of a form that is not read.
        case foreign
        /// Stored bytes do not match their checksum.
        case damaged
        /// The file was written to while it was in use.
        case changed
        /// What was asked for does not exist in this store.
        case notFound
        /// What was given to the writer contradicts itself.
        case invalidInput
        /// The system refused: a full disk, a missing permission, …
        case system
    }

    /// What kind of reason it is.
    public let reason: Reason
    /// The path of the file as it was given.
    public let file: String
    /// The object inside the file, where one was concerned.
    public let object: String?
    /// What is wrong and what to do about it, in one clause.
    public let message: String

    /// An error; see the properties.
    public init(_ reason: Reason, file: String, object: String? = nil, message: String) {
        self.reason = reason
        self.file = file
        self.object = object
        self.message = message
    }

    /// A file that another program has open for writing, or that one left so when it was killed; nil for any other error. Its data
    /// may be whole: nothing says that it is damaged.
    package init?(openElsewhere error: HDF5Error) {
        guard error.message.contains("h5clear") || error.message.contains("unable to lock file") else { return nil }
        self.init(
            .unreadable, file: error.file,
            message:
                "another program has it open for writing, or one was killed while it had; close that program, or, where there is none, "
                + "run 'h5clear -s' on the file and then 'vuemo validate'")
    }

    /// What the HDF5 layer said, seen from a store.
    init(_ error: HDF5Error, reason: Reason) {
        self.init(
            error.systemError == nil ? reason : .system, file: error.file, object: error.object,
            message: "cannot \(error.operation) it: \(error.message)")
    }
}

extension StoreError: CustomStringConvertible, LocalizedError {
    /// One sentence: the file, the object, what is wrong and what to do.
    public var description: String {
        "store '\(file)'\(object.map { ", \($0)" } ?? ""): \(message)"
    }

    /// The same sentence as ``description``.
    public var errorDescription: String? { description }
}

extension StoreError: CustomNSError {
    /// The path, under Foundation's key for it.
    public var errorUserInfo: [String: Any] { [NSFilePathErrorKey: file] }
}
