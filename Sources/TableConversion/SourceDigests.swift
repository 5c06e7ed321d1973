import Conversion
import FeatureStore
import Foundation

/// SHA-256 of files, taken one after the other on another thread. It stays behind the thread that reads them for their
/// content, so that each byte comes from the disk once.
final class SourceDigests: @unchecked Sendable {
    private let files: [InputFile]
    // Everything below changes under the condition's lock.
    private let changed = NSCondition()
    private var results: [Result<String, any Error>?]
    /// How far each file may be read.
    private var permitted: [Int]
    private var isCancelled = false

    init(of files: [InputFile]) {
        self.files = files
        results = files.map { _ in nil }
        permitted = files.map { _ in 0 }
        let thread = Thread { [self] in
            for index in files.indices { finish(index, Result { try digest(index) }) }
        }
        thread.name = "source digests"
        thread.start()
    }

    /// Says that a file has been read up to a position.
    func permit(_ index: Int, upTo position: Int) {
        changed.withLock { permitted[index] = max(permitted[index], min(position, files[index].bytes)) }
        changed.broadcast()
    }

    /// Says that all files may be read to their ends.
    func permitAll() {
        changed.withLock { permitted = files.map(\.bytes) }
        changed.broadcast()
    }

    /// Ends the thread, whatever is left to be done.
    func cancel() {
        changed.withLock { isCancelled = true }
        changed.broadcast()
    }

    /// Waits for the SHA-256 of a file, in hexadecimal; the file and those before it must be permitted to their ends.
    func value(_ index: Int) throws -> String {
        changed.lock()
        defer { changed.unlock() }
        while true {
            if let result = results[index] { return try result.get() }
            changed.wait()
        }
    }

    private func finish(_ index: Int, _ result: Result<String, any Error>) {
        changed.withLock { results[index] = result }
        changed.broadcast()
    }

    private func digest(_ index: Int) throws -> String {
        let file = files[index]
        var digest = SHA256Digest()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { piece.deallocate() }
        var position = 0
        while position < file.bytes {
            let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, file.bytes - position)])
            try wait(for: index, position + part.count)
            try file.read(at: position, into: part)
            digest.update(UnsafeRawBufferPointer(part))
            position += part.count
        }
        return digest.hexadecimal()
    }

    private func wait(for index: Int, _ position: Int) throws {
        changed.lock()
        defer { changed.unlock() }
        while permitted[index] < position, !isCancelled { changed.wait() }
        if isCancelled { throw CancellationError() }
    }
}
