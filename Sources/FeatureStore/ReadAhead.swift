internal import CStorage
import Foundation
import Synchronization

/// Asks the system to bring a part of a file from the disk while what lies before it is worked on. Only a hint: where it is
/// not understood, nothing changes. May be used by several threads.
package final class ReadAhead: Sendable {
    private let descriptor: Int32
    private let begin: Int
    private let bytes: Int
    private let asked = Mutex(0)

    private static let distance = 16 << 20
    private static let step = 4 << 20

    /// - Parameters:
    ///   - begin: Where the part begins in the file.
    ///   - bytes: Its length.
    package init?(_ path: String, from begin: Int, bytes: Int) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.begin = begin
        self.bytes = bytes
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Notes that the part will now be read up to a position, counted from its beginning.
    package func willRead(upTo position: Int) {
        let wanted = min(bytes, position + Self.distance)
        let range = asked.withLock { asked -> Range<Int>? in
            guard wanted - asked >= Self.step || (wanted == bytes && asked < bytes) else { return nil }
            defer { asked = wanted }
            return asked..<wanted
        }
        if let range { storage_begin_reading(descriptor, Int64(begin + range.lowerBound), Int64(range.count)) }
    }
}
