internal import CHDF5
internal import CMemory
import Files
import Foundation
import Synchronization

/// How and where a dataset's bytes lie.
public struct DatasetStorage: Equatable, Sendable {
    /// The library's four layouts.
    public enum Kind: String, Sendable { case compact, contiguous, chunked, virtual }
    /// The layout.
    public var kind: Kind
    /// The extent of one chunk, empty unless chunked.
    public var chunk: [Int]
    /// The library's numbers of the filters that each chunk passes through (1 gzip, 2 shuffle, 3 Fletcher-32, …).
    public var filters: [Int]
    /// Whether the bytes lie in other files.
    package var isExternal: Bool
    /// How many bytes the data takes in the file.
    public var bytes: Int
    /// Where contiguous data begins in the file, or nil.
    public var offset: Int?
}

extension Dataset {
    /// Where and how the bytes lie.
    public func storage() throws(HDF5Error) -> DatasetStorage {
        let place = place("inspect")
        let creation = try OwnedIdentifier(.propertyList, place) { H5Dget_create_plist(identifier) }
        let list = creation.value
        let kind: DatasetStorage.Kind
        switch Library.run(file, { H5Pget_layout(list) }) {
        case H5D_COMPACT: kind = .compact
        case H5D_CHUNKED: kind = .chunked
        case H5D_VIRTUAL: kind = .virtual
        default: kind = .contiguous
        }
        var chunk: [UInt64] = kind == .chunked ? shape.map { _ in 0 } : []
        if kind == .chunked { _ = try Library.call(place) { H5Pget_chunk(list, Int32(chunk.count), &chunk) } }
        let filterCount = try Library.call(place) { H5Pget_nfilters(list) }
        let filters = (0..<UInt32(max(filterCount, 0))).map { index in
            Library.run(file) {
                var (flags, parameters, configuration) = (UInt32(0), 0, UInt32(0))
                return Int(H5Pget_filter2(list, index, &flags, &parameters, nil, 0, nil, &configuration))
            }
        }
        let external = kind == .contiguous ? Library.run(file) { H5Pget_external_count(list) } : 0
        let address = kind == .contiguous ? Library.run(file) { H5Dget_offset(identifier) } : .max
        return DatasetStorage(
            kind: kind, chunk: chunk.map { Int(clamping: $0) }, filters: filters, isExternal: external > 0,
            bytes: Int(clamping: Library.run(file) { H5Dget_storage_size(identifier) }),
            offset: address == .max ? nil : Int(clamping: address))
    }

    /// Refuses a dataset that claims more data than its file can hold even compressed, before memory is taken for it.
    /// - Parameter isReadWhole: Whether memory is taken for all of it, and not for some rows at a time.
    /// - Throws: ``HDF5Error`` naming the dataset and the claim.
    public func requirePlausibleSize(isReadWhole: Bool = true) throws(HDF5Error) {
        let size = elementType.size ?? 16
        let (claim, overflow) = count.multipliedReportingOverflow(by: size)
        var information = stat()
        let fileBytes = stat(file, &information) == 0 ? Int(information.st_size) : 0
        // gzip shrinks to at most 1:1032.
        guard !overflow, claim <= 1100 * max(fileBytes, 1 << 10) else {
            throw place("read").error("it claims \(count) elements, more than its file of \(fileBytes) bytes can hold")
        }
        let free = memory_available()
        if isReadWhole, claim > 256 << 20, claim > free {
            throw place("read").error("it takes \(claim >> 20) MiB of memory, and \(free >> 20) MiB are free")
        }
    }
}

/// Reads a contiguous dataset's bytes where they lie in the file, without the library: several threads at once, and the
/// system is asked to bring from the disk what comes next.
public final class ExtentReader: Sendable {
    private let file: String
    private let object: String
    private let descriptor: Int32
    private let offset: Int
    private let bytes: Int
    private let asked = Mutex(0)

    /// How far ahead of the reading the system is asked, and how much at a time.
    private static let (distance, step) = (16 << 20, 4 << 20)

    /// - Throws: ``HDF5Error`` where the file cannot be opened, or the dataset's rows do not lie in it end to end.
    public init(_ dataset: borrowing Dataset) throws(HDF5Error) {
        let place = dataset.place("read")
        let storage = try dataset.storage()
        guard let offset = storage.offset, let size = dataset.elementType.size, !storage.isExternal else {
            throw place.error("its rows do not lie end to end in the file")
        }
        (file, object) = (dataset.file, dataset.path)
        (self.offset, bytes) = (offset, dataset.count * size)
        descriptor = open(dataset.file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw HDF5Error(operation: "read", file: file, object: object, systemError: errno)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Fills `buffer` with the dataset's bytes from a position on, counted from the first row's first byte.
    /// - Throws: ``HDF5Error`` where the file ends before or the system refuses.
    public func read(at position: Int, into buffer: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        precondition(
            position >= 0 && position + buffer.count <= bytes, "\(buffer.count) bytes at \(position) of \(bytes)")
        askAhead(position + buffer.count)
        let done: Int
        do throws(FilesError) {
            done = try Descriptors.read(descriptor, at: offset + position, into: buffer, name: file)
        } catch {
            throw HDF5Error(
                operation: "read", file: file, object: object, message: error.reason, systemError: error.systemError)
        }
        guard done == buffer.count else {
            throw HDF5Error(operation: "read", file: file, object: object, message: "the file ends before its rows do")
        }
    }

    private func askAhead(_ position: Int) {
        let wanted = min(bytes, position + Self.distance)
        let range = asked.withLock { asked -> Range<Int>? in
            guard wanted - asked >= Self.step || (wanted == bytes && asked < bytes) else { return nil }
            defer { asked = wanted }
            return asked..<wanted
        }
        // Only a hint: what the system makes of it does not matter.
        if let range { _ = posix_fadvise(descriptor, offset + range.lowerBound, range.count, POSIX_FADV_WILLNEED) }
    }
}
