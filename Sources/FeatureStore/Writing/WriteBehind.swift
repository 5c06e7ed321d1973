internal import CStorage
import Foundation

/// Asks the system to begin writing a growing file to the disk while it grows, so that the final fsync has little left to
/// wait for. Only a hint: where it is not understood, nothing changes.
final class WriteBehind {
    private let descriptor: Int32
    private var pending = 0

    private static let step = 16 << 20

    init(_ path: String) { descriptor = open(path, O_WRONLY | O_CLOEXEC) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Notes that so many bytes more were handed to the system.
    func wrote(_ bytes: Int) {
        pending += bytes
        guard pending >= Self.step else { return }
        pending = 0
        if descriptor >= 0 { storage_begin_writing(descriptor) }
    }
}
