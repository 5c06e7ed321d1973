import Crypto
import Foundation
import Synchronization

/// Reads a whole file into memory that Python sees as bytes, in pieces, so that reading can be followed and stopped.
final class SourceReader: Sendable {
    private static let pieceBytes = 16 << 20

    /// The file's name without its folder, for messages and provenance.
    let name: String
    let path: String
    /// Size in bytes.
    let bytes: Int
    private let descriptor: Int32

    /// Opens `path`, which must be a regular file.
    init(path: String) throws(ConversionError) {
        self.path = path
        name = URL(fileURLWithPath: path).lastPathComponent
        let opened = try Self.openRegularFile(path)
        (descriptor, bytes) = (opened.descriptor, opened.bytes)
    }

    /// Opens `path` for reading, which must be a regular file.
    static func openRegularFile(_ path: String) throws(ConversionError) -> (descriptor: Int32, bytes: Int) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: reason(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let folder = status.st_mode & S_IFMT == S_IFDIR
            throw .unreadable(path: path, reason: folder ? "it is a folder; give a file" : "it is no ordinary file; give a regular one")
        }
        return (descriptor, Int(status.st_size))
    }

    deinit { close(descriptor) }

    /// Reads everything. `progress` gets the number of bytes read so far.
    func readAll(progress: (Int) throws -> Void) throws -> PythonHandle {
        try Python.bytes(count: bytes) { buffer in
            var done = 0
            while done < bytes {
                // Two pieces at a time: memory that is touched for the first time takes longer than what is read into it.
                let (begin, half) = (done, min(Self.pieceBytes, (bytes - done + 1) / 2))
                let end = min(bytes, begin + 2 * half)
                nonisolated(unsafe) let memory = buffer
                let failure = Mutex<ConversionError?>(nil)
                DispatchQueue.concurrentPerform(iterations: 2) { part in
                    let range = part == 0 ? begin..<begin + half : begin + half..<end
                    if let fault = read(range, into: UnsafeMutableRawBufferPointer(rebasing: memory[range])) {
                        failure.withLock { $0 = fault }
                    }
                }
                if let failure = failure.withLock({ $0 }) { throw failure }
                done = end
                try progress(done)
            }
        }
    }

    /// Reads a part of the file; returns what went wrong.
    private func read(_ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) -> ConversionError? {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(range.lowerBound + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                return .unreadable(
                    path: path, reason: count < 0 ? Self.reason(errno) : "it became shorter while it was read; try again")
            }
            done += count
        }
        return nil
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file; check the path"
        case EACCES, EPERM: "permission is denied"
        default: String(cString: strerror(code))
        }
    }
}

/// SHA-256 of a bytes object, computed on another thread while this one goes on. Python never changes bytes.
final class BackgroundDigest: @unchecked Sendable {
    private let handle: PythonHandle
    private let finished = DispatchSemaphore(value: 0)
    private var digest = ""

    init(of handle: PythonHandle) {
        self.handle = handle
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            let value = try? handle.withContent { content in SHA256.hash(data: content) }
            digest = value.map { $0.map { String(format: "%02x", $0) }.joined() } ?? ""
            finished.signal()
        }
    }

    /// Waits for the digest, in hexadecimal.
    func value() -> String {
        finished.wait()
        finished.signal()
        return digest
    }
}
