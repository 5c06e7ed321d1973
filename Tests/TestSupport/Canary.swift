import Foundation

/// Watches a file and tells whether anybody, in this process or another, has opened it.
public final class Canary {
    private let descriptor: Int32
    private var opened = false

    /// Begins to watch a file that exists.
    public init(_ path: String) throws {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0, inotify_add_watch(descriptor, path, UInt32(IN_OPEN)) >= 0 else {
            throw CocoaError(.fileReadUnknown)
        }
    }

    deinit { close(descriptor) }

    /// Whether the file was opened since the watching began.
    public var wasOpened: Bool {
        var events = [UInt8](repeating: 0, count: 4096)
        if read(descriptor, &events, events.count) > 0 { opened = true }
        return opened
    }
}
