import Foundation

/// A file that is written from its beginning to its end, through a buffer.
public final class OutputFile {
    private let path: String
    private let stream: UnsafeMutablePointer<FILE>
    private var isOpen = true
    /// The bytes written so far.
    public private(set) var count = 0

    /// Creates the file, which must not exist.
    public init(creating path: String) throws(FilesError) {
        self.path = path
        guard let stream = fopen(path, "wbx") else { throw Self.failure(path) }
        self.stream = stream
        setvbuf(stream, nil, _IOFBF, 1 << 20)
    }

    deinit {
        if isOpen { fclose(stream) }
    }

    /// Adds bytes.
    /// - Throws: ``FilesError`` where the system refuses, a full disk for example.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FilesError) {
        guard fwrite(bytes.baseAddress, 1, bytes.count, stream) == bytes.count else { throw Self.failure(path) }
        count += bytes.count
    }

    /// Adds bytes.
    public func write(_ bytes: [UInt8]) throws(FilesError) {
        guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw Self.failure(path) }
        count += bytes.count
    }

    /// Writes over bytes that are there already.
    public func replace(at offset: Int, _ bytes: [UInt8]) throws(FilesError) {
        try replace(at: offset, bytes, count: bytes.count)
    }

    /// Writes over bytes that are there already.
    public func replace(at offset: Int, _ bytes: UnsafeRawBufferPointer) throws(FilesError) {
        try replace(at: offset, bytes.baseAddress, count: bytes.count)
    }

    private func replace(at offset: Int, _ start: UnsafeRawPointer?, count bytes: Int) throws(FilesError) {
        precondition(offset + bytes <= count, "bytes \(offset) and \(bytes) more of \(count)")
        guard fseeko(stream, offset, SEEK_SET) == 0, fwrite(start, 1, bytes, stream) == bytes,
            fseeko(stream, count, SEEK_SET) == 0
        else { throw Self.failure(path) }
    }

    /// Makes room for bytes that are written later with ``replace(at:_:)``; until then they are zeros.
    public func skip(_ bytes: Int) throws(FilesError) {
        guard fflush(stream) == 0, ftruncate(fileno(stream), count + bytes) == 0,
            fseeko(stream, count + bytes, SEEK_SET) == 0
        else { throw Self.failure(path) }
        count += bytes
    }

    /// Writes what is still in the buffer, so that others can read it.
    public func flush() throws(FilesError) {
        guard fflush(stream) == 0 else { throw Self.failure(path) }
    }

    /// Writes what is still in the buffer and ends the file.
    public func close() throws(FilesError) {
        isOpen = false
        guard fclose(stream) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> FilesError {
        FilesError("write", path, systemError: errno)
    }
}
