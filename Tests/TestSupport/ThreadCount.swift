import Concurrency
import Foundation

private let threadCountLock = NSLock()

/// Runs `body` with a number of threads and restores the number before.
///
/// The number is one for the process, and tests of all modules run side by side in one process: bodies run one at a time. Other
/// tests may see the number, so none may depend on it without asking for it here.
public func withThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    try threadCountLock.withLock {
        let before = Compute.threads
        Compute.threads = count
        defer { Compute.threads = before }
        return try body()
    }
}
