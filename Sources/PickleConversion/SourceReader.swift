import CPythonBridge
import Concurrency
import Conversion
import FeatureStore
import Foundation

/// Gives Python a whole file as bytes. The file is mapped, so that nothing is copied, and brought into memory in pieces, so that
/// reading can be followed and stopped.
final class SourceReader: Sendable {
    private static let pieceBytes = 16 << 20

    /// The file's name without its folder, for messages and provenance.
    let name: String
    let path: String
    /// Size in bytes.
    let bytes: Int
    private let descriptor: Int32
    /// When the file was changed last, as it was opened.
    private let changed: timespec

    /// Opens `path`, which must be a regular file.
    init(path: String) throws(ConversionError) {
        self.path = path
        name = URL(fileURLWithPath: path).lastPathComponent
        let opened = try InputFile.openRegularFile(path)
        (descriptor, bytes, changed) = (opened.descriptor, opened.bytes, opened.changed)
    }

    deinit { close(descriptor) }

    /// Maps the whole file and brings it into memory. `progress` gets the number of bytes that are there.
    func readAll(progress: (Int) throws -> Void) throws -> PythonHandle {
        guard bytes > 0 else { return try Python.bytes(count: 0) { _ in } }
        let data = try Python.mappedBytes(of: descriptor, count: bytes)
        var done = 0
        while done < bytes {
            let end = min(bytes, done + Self.pieceBytes)
            guard python_bring_mapped(data.object, done, end) else { throw becameShorter }
            done = end
            try progress(done)
        }
        return data
    }

    /// Refuses a file that changed since it was opened: what was read of `data` is then nothing that it ever held.
    func checkUnchanged(_ data: PythonHandle) throws(ConversionError) {
        var now = stat()
        guard fstat(descriptor, &now) == 0, now.st_size >= bytes, bytes == 0 || python_mapped_is_whole(data.object)
        else {
            throw becameShorter
        }
        guard now.st_size == bytes, now.st_mtim.tv_sec == changed.tv_sec, now.st_mtim.tv_nsec == changed.tv_nsec else {
            throw .unreadable(path: path, reason: "it changed while it was read; try again")
        }
    }

    private var becameShorter: ConversionError {
        .unreadable(path: path, reason: "it became shorter while it was read; try again")
    }

    /// Runs `body`, which reads `data`. Where the file changed meanwhile, that is the fault, whatever else was found.
    func reading<Result>(_ data: PythonHandle, _ body: () throws -> Result) throws -> Result {
        let outcome = Swift.Result { try body() }
        try checkUnchanged(data)
        return try outcome.get()
    }
}

extension SourceReader {
    /// Begins to read the file on another thread; its position is the number of bytes that are there.
    func reading() -> BackgroundWork<PythonHandle> {
        BackgroundWork("source reader") { _, pace in try self.readAll { try pace.advance(to: $0) } }
    }

    /// Begins to compute the SHA-256, in hexadecimal, of what was read. Python never changes bytes.
    func digesting(_ data: PythonHandle) -> BackgroundWork<String> {
        BackgroundWork("source digest") { _, pace in
            try data.withContent { content in
                var digest = SHA256Digest()
                for first in stride(from: 0, to: content.count, by: Self.pieceBytes) {
                    let piece = first..<min(content.count, first + Self.pieceBytes)
                    digest.update(UnsafeRawBufferPointer(rebasing: content[piece]))
                    try pace.advance(to: piece.upperBound)
                }
                return digest.hexadecimal()
            }
        }
    }
}
