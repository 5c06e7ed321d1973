import Foundation

/// A regular file read in pieces.
final class InputFile: @unchecked Sendable {
    let path: String
    /// The name without its folder.
    let name: String
    let bytes: Int
    private let descriptor: Int32

    init(path: String) throws(ConversionError) {
        let opened = try SourceReader.openRegularFile(path)
        (descriptor, bytes) = (opened.descriptor, opened.bytes)
        self.path = path
        name = URL(fileURLWithPath: path).lastPathComponent
    }

    deinit { close(descriptor) }

    /// Fills `buffer` from `offset` on.
    /// - Throws: ``ConversionError`` where the file is shorter or the system refuses.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ConversionError) {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw .unreadable(
                    path: path,
                    reason: count < 0
                        ? String(cString: strerror(errno)) : "it became shorter while it was read; try again")
            }
            done += count
        }
    }

    /// `count` bytes from `offset` on.
    func read(at offset: Int, count: Int) throws(ConversionError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(ConversionError) in try read(at: offset, into: buffer) }
        }
        try result.get()
        return bytes
    }
}
