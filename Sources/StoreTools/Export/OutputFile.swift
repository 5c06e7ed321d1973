import Foundation

/// A file that is written from its beginning to its end, through a buffer.
final class OutputFile {
    private let path: String
    private let stream: UnsafeMutablePointer<FILE>
    private var isOpen = true
    /// The bytes written so far.
    private(set) var count = 0

    /// Creates the file, which must not exist.
    init(creating path: String) throws(StoreToolsError) {
        self.path = path
        guard let stream = fopen(path, "wbx") else { throw Self.failure(path) }
        self.stream = stream
        setvbuf(stream, nil, _IOFBF, 1 << 20)
    }

    deinit {
        if isOpen { fclose(stream) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreToolsError) {
        guard fwrite(bytes.baseAddress, 1, bytes.count, stream) == bytes.count else { throw Self.failure(path) }
        count += bytes.count
    }

    func write(_ bytes: [UInt8]) throws(StoreToolsError) {
        guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw Self.failure(path) }
        count += bytes.count
    }

    /// Writes over bytes that are there already.
    func replace(at offset: Int, _ bytes: [UInt8]) throws(StoreToolsError) {
        precondition(offset + bytes.count <= count, "bytes \(offset) and \(bytes.count) more of \(count)")
        guard fseeko(stream, offset, SEEK_SET) == 0, fwrite(bytes, 1, bytes.count, stream) == bytes.count,
            fseeko(stream, count, SEEK_SET) == 0
        else { throw Self.failure(path) }
    }

    func close() throws(StoreToolsError) {
        isOpen = false
        guard fclose(stream) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> StoreToolsError {
        StoreToolsError("cannot write the export: \(String(cString: strerror(errno))); make room and run again")
    }
}

/// The bytes of a number, least significant first.
func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
