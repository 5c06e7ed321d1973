internal import CHDF5
internal import CHDF5Reading
import Foundation
import Synchronization

/// The one gate to libhdf5. Every call passes through it, one at a time: the library serialises them anyway where it was
/// built thread-safe, and where it was not, this keeps it safe. It also keeps a failed call and its message together.
enum Library {
    private struct State {
        /// Whether the system has refused a write, for example because the disk is full.
        var writeFailed = false
        /// The library's driver for files that are only read.
        let readingDriver: Int64
        /// The files that are only read, by their paths.
        private var filesRead: [String: FileRead] = [:]

        init() {
            // At exit the library would close what is still open, and that is only what a failed write left behind.
            H5dont_atexit()
            guard shim_stay_in_the_file() >= 0 else {
                fatalError("libhdf5 cannot be kept from following links to other files and from loading plugins")
            }
            readingDriver = hdf5_reading_driver()
            guard readingDriver >= 0 else { fatalError("libhdf5 takes no driver for reading files") }
        }

        /// What is known of a file that is only read; nil for one that is not.
        func fileRead(_ path: String) -> FileRead? { filesRead[path] }

        mutating func noteReading(of path: String) {
            guard filesRead[path] == nil, let copy = strdup(path) else { return }
            filesRead[path] = FileRead(path: copy)
        }
    }

    /// A file that is only read: its faults are put down to it.
    struct FileRead: @unchecked Sendable {
        /// Its path, in memory that stays as it is: a handler of signals may need it at any time.
        fileprivate let path: UnsafePointer<CChar>
    }

    /// Runs a call of the library under the gate.
    private static func guarding<Result>(_ file: FileRead?, _ body: () -> Result) -> Result {
        shim_silence()
        guard let file else { return body() }
        hdf5_call_begins(file.path)
        defer { hdf5_call_ends() }
        return body()
    }

    private static let gate = Mutex(State())

    /// Whether the system has refused a write at some time in this process. libhdf5 1.10 crashes when a file is closed
    /// whose data cannot be written, so from then on unfinished files are forgotten and not closed.
    static var writeFailed: Bool { gate.withLock { $0.writeFailed } }

    /// Runs one library call whose negative result means failure.
    static func call<Result: SignedInteger & Sendable>(_ place: Place, _ body: () -> Result) throws(HDF5Error) -> Result
    {
        let (result, error) = gate.withLock { state -> (Result, HDF5Error?) in
            let result = guarding(state.fileRead(place.file), body)
            guard result < 0 else { return (result, nil) }
            let error = place.error(libraryMessage: lastError())
            if error.systemError != nil, place.isWriting { state.writeFailed = true }
            return (result, error)
        }
        if let error { throw error }
        return result
    }

    /// Runs one library call about a file that cannot fail, or whose failure does not matter (closing what was read).
    static func run<Result: Sendable>(_ file: String, _ body: () -> Result) -> Result {
        gate.withLock { guarding($0.fileRead(file), body) }
    }

    /// The same for a file that is found already.
    static func run<Result: Sendable>(_ file: FileRead?, _ body: () -> Result) -> Result {
        gate.withLock { _ in guarding(file, body) }
    }

    /// The file of a path where it is only read.
    static func fileRead(_ path: String) -> FileRead? { gate.withLock { $0.fileRead(path) } }

    /// Makes the process end with `status` and a sentence where the library breaks down on a file that is only read; see ``FileFaults``.
    static func reportFaults(status: Int32, asJSON: Bool) -> Bool { hdf5_report_faults(status, asJSON) >= 0 }

    /// The driver for files that are only read, of which this is to be one.
    static func driver(forReading file: String) -> Int64 {
        gate.withLock { state in
            state.noteReading(of: file)
            return state.readingDriver
        }
    }

    private static func lastError() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            shim_last_error(buffer.baseAddress!, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
    }
}

/// What is being done, and where: the context that turns a library failure into an ``HDF5Error``.
struct Place {
    var operation: String
    var file: String
    var object: String?

    /// Whether the file is being changed.
    var isWriting: Bool { ["write", "create", "finish writing"].contains(operation) }

    /// The error for a message of the library; the library hides error numbers of the system in its text.
    func error(libraryMessage text: String) -> HDF5Error {
        if let match = text.firstMatch(of: /errno = (\d+)/), let number = Int32(match.1), number != 0 {
            return HDF5Error(
                operation: operation, file: file, object: object,
                message: HDF5Error.describe(systemError: number), systemError: number)
        }
        var message = text.isEmpty ? "the HDF5 library gave no reason" : text
        if text.contains("signature not found") { message = "it is not an HDF5 file" }
        if text.hasPrefix("truncated file") { message = "the file is truncated (\(text))" }
        return error(message)
    }

    /// The error for a reason found on this side of the library.
    func error(_ message: String) -> HDF5Error {
        HDF5Error(operation: operation, file: file, object: object, message: message)
    }
}

/// An identifier of the library that this value owns and closes when its life ends.
struct OwnedIdentifier: ~Copyable {
    /// What the identifier names, which decides how it is closed.
    enum Kind { case file, writtenFile, group, dataset, attribute, dataspace, datatype, propertyList, object }

    let value: Int64
    private let kind: Kind
    private let file: Library.FileRead?

    /// Opens something through one library call and owns the result.
    init(_ kind: Kind, _ place: Place, opening body: () -> Int64) throws(HDF5Error) {
        self.value = try Library.call(place, body)
        self.kind = kind
        self.file = Library.fileRead(place.file)
    }

    deinit {
        // A written file that was never closed is the remains of a failure.
        if kind == .writtenFile, Library.writeFailed { return }
        let (value, kind, file) = (value, kind, file)
        _ = Library.run(file) { Self.close(value, kind) }
    }

    /// Closes now and reports a failure, which for a written file means that data was lost.
    consuming func close(_ place: Place) throws(HDF5Error) {
        let (value, kind) = (value, kind)
        discard self
        _ = try Library.call(place) { Self.close(value, kind) }
    }

    private static func close(_ value: Int64, _ kind: Kind) -> Int32 {
        switch kind {
        case .file, .writtenFile: H5Fclose(value)
        case .group: H5Gclose(value)
        case .dataset: H5Dclose(value)
        case .attribute: H5Aclose(value)
        case .dataspace: H5Sclose(value)
        case .datatype: H5Tclose(value)
        case .propertyList: H5Pclose(value)
        case .object: H5Oclose(value)
        }
    }
}
