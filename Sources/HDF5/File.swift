internal import CHDF5
import Foundation

/// An open HDF5 file. It closes when its life ends; call ``close()`` on a written file, to learn of a failure.
public struct File: ~Copyable, HDF5Object {
    let owned: OwnedIdentifier
    /// What is looked at before the library is, in a file that is only read.
    let headers: ObjectHeaders?
    private let isWritten: Bool
    /// The path of the file as it was given.
    public let file: String
    /// The root group.
    public var path: String { "/" }
    /// The library's identifier of the open object.
    public var identifier: Int64 { owned.value }

    /// Opens a file for reading, and makes sure that nothing in it leads out of it: see ``Refusal``.
    /// - Throws: ``HDF5Error`` where there is no such file, it is no regular file, not HDF5 or truncated, or an object in it
    ///   is refused or cannot be opened; its ``HDF5Error/object`` is that object then.
    public init(opening path: String) throws(HDF5Error) {
        let file = try File(path, .file)
        try file.requireOwnContents()
        self = file
    }

    private func requireOwnContents() throws(HDF5Error) {
        let contents = contents()
        if let (object, refusal) = contents.refused.first {
            throw HDF5Error(operation: "open", file: file, object: object, message: refusal.message)
        }
        if let (_, error) = contents.unreadable.first { throw error }
    }

    /// Opens a file for reading whatever it holds. For looking at ``contents()``: links must not be followed, and paths that
    /// are not among its groups and datasets not be opened.
    public init(inspecting path: String) throws(HDF5Error) {
        try self.init(path, .file)
    }

    /// The same for files of very many objects, each of which is looked at once: the library keeps few of their headers.
    package init(inspectingOnce path: String) throws(HDF5Error) {
        try self.init(path, .file, metadataCacheBytes: 1 << 20)
    }

    /// Opens an existing file for changes. For repairs and tests: the project's own files are never changed after they
    /// were written.
    public init(updating path: String) throws(HDF5Error) {
        try self.init(path, .writtenFile)
    }

    private init(
        _ path: String, _ kind: OwnedIdentifier.Kind, metadataCacheBytes: Int? = nil
    ) throws(HDF5Error) {
        let place = Place(operation: "open", file: path)
        try Self.requireRegularFile(path, place)
        let isWritten = kind == .writtenFile
        let headers = isWritten ? nil : try ObjectHeaders(of: path)
        let access = try Self.accessProperties(place)
        if let metadataCacheBytes {
            _ = try Library.call(place) { shim_bound_metadata_cache(access.value, metadataCacheBytes) }
        }
        if !isWritten {
            let driver = Library.driver(forReading: path)
            _ = try Library.call(place) { H5Pset_driver(access.value, driver, nil) }
        } else {
            try Self.closeWithAll(access, place)
        }
        let owned = try OwnedIdentifier(kind, place) {
            H5Fopen(path, isWritten ? shim_read_write() : shim_read_only(), access.value)
        }
        self.headers = headers
        self.isWritten = isWritten
        self.owned = owned
        self.file = path
    }

    /// Refuses what the library would wait for (a pipe) or read without end (a device).
    private static func requireRegularFile(_ path: String, _ place: Place) throws(HDF5Error) {
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw HDF5Error(operation: place.operation, file: path, systemError: errno)
        }
        switch information.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw HDF5Error(operation: place.operation, file: path, systemError: EISDIR)
        default: throw place.error("it is a pipe, a socket or a device and not a regular file")
        }
    }

    /// Creates a file that must not exist yet. Its metadata carries checksums (version bounds V110) and no times, so the
    /// same content always gives the same bytes.
    /// - Parameter alignment: Data of at least this many bytes starts at a multiple of it.
    /// - Throws: ``HDF5Error``, also where the file exists already.
    public init(creating path: String, alignment: Int = 1) throws(HDF5Error) {
        let place = Place(operation: "create", file: path)
        let creation = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_file_create()) }
        let access = try Self.accessProperties(place)
        try keepPlain(creation, place)
        _ = try Library.call(place) { H5Pset_libver_bounds(access.value, H5F_LIBVER_V110, H5F_LIBVER_V110) }
        _ = try Library.call(place) { H5Pset_alignment(access.value, UInt64(alignment), UInt64(alignment)) }
        try Self.closeWithAll(access, place)
        let owned = try OwnedIdentifier(.writtenFile, place) {
            H5Fcreate(path, shim_exclusive(), creation.value, access.value)
        }
        self.headers = nil
        self.isWritten = true
        self.owned = owned
        self.file = path
    }

    /// Datasets that are still open, as an error path leaves them, must not keep a written file open behind our back.
    private static func closeWithAll(_ access: borrowing OwnedIdentifier, _ place: Place) throws(HDF5Error) {
        let identifier = access.value
        _ = try Library.call(place) { H5Pset_fclose_degree(identifier, H5F_CLOSE_STRONG) }
    }

    private static func accessProperties(_ place: Place) throws(HDF5Error) -> OwnedIdentifier {
        let access = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_file_access()) }
        let identifier = access.value
        // The project's files get their name when they are finished and are never changed in place, so nothing needs a
        // lock; and network file systems often have none.
        _ = try Library.call(place) { H5Pset_file_locking(identifier, false, true) }
        // Data goes to the system as it is written, so that a full disk shows there and not while closing.
        _ = try Library.call(place) { H5Pset_sieve_buf_size(identifier, 0) }
        return access
    }

    /// Closes the file and reports whether everything reached the system.
    public consuming func close() throws(HDF5Error) {
        // Flushing reports a full disk; closing, then, finds nothing left to write.
        if isWritten { try flush() }
        let place = Place(operation: isWritten ? "finish writing" : "close", file: file)
        try owned.close(place)
    }

    /// Hands everything written so far to the system.
    public func flush() throws(HDF5Error) {
        _ = try Library.call(Place(operation: "write", file: file)) { H5Fflush(identifier, H5F_SCOPE_GLOBAL) }
    }

    /// Whether a regular file can be read and begins (possibly after a user block) with the HDF5 signature.
    public static func isHDF5(_ path: String) -> Bool {
        (try? requireRegularFile(path, Place(operation: "open", file: path))) != nil
            && Library.run(path) { H5Fis_hdf5(path) } > 0
    }
}

/// Makes new groups (also the root) record no times, and keep their links in the group's own header however many there
/// are: the library's index for many links is another place where damage can hide.
func keepPlain(_ groupCreation: borrowing OwnedIdentifier, _ place: Place) throws(HDF5Error) {
    let list = groupCreation.value
    _ = try Library.call(place) { H5Pset_obj_track_times(list, false) }
    _ = try Library.call(place) { H5Pset_link_phase_change(list, UInt32(UInt16.max), 0) }
}
