import Files
import Foundation
import Synchronization

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
