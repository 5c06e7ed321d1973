import Foundation

/// A file on its way into memory: another thread reads it, while this one works on the file before.
final class SourceReading: @unchecked Sendable {
    // Everything below changes under the condition's lock.
    private let changed = NSCondition()
    private var completed = 0
    private var outcome: Result<PythonHandle, any Error>?
    private var isCancelled = false

    /// Begins to read.
    init(_ reader: SourceReader) {
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            let result = Result { try reader.readAll { try advance(to: $0) } }
            changed.withLock { outcome = result }
            changed.broadcast()
        }
    }

    private func advance(to position: Int) throws {
        try changed.withLock {
            if isCancelled { throw CancellationError() }
            completed = position
        }
    }

    /// Waits for the whole file.
    /// - Parameter progress: Called a few times a second with the number of bytes read so far; what it throws is thrown on.
    func value(progress: (Int) throws -> Void) throws -> PythonHandle {
        while true {
            let (outcome, completed) = changed.withLock {
                if self.outcome == nil { _ = changed.wait(until: Date(timeIntervalSinceNow: 0.1)) }
                return (self.outcome, self.completed)
            }
            if let outcome { return try outcome.get() }
            try progress(completed)
        }
    }

    /// Ends the reading and waits until it has ended.
    func end() {
        changed.withLock {
            isCancelled = true
            while outcome == nil { changed.wait() }
        }
    }
}
