import CThreads
import Synchronization

/// How vuemo uses the machine: one pool of threads for all work that is split over processors, so that there are never more
/// busy threads than `threads`.
public enum Compute {
    private static let threadCount = Atomic<Int>(0)

    /// The processors that this process may use: those of its CPU affinity, and no more than its control groups give it time for, whole
    /// ones at least.
    public static let processors: Int = {
        let allowed = max(1, Int(ct_processors()))
        // A thread for a part of a processor would have the others wait for it.
        guard let quota = ProcessorQuota().processors, quota < Double(allowed) else { return allowed }
        return max(1, Int(quota))
    }()

    /// The largest number of threads that work at once. At first ``processors``.
    public static var threads: Int {
        get {
            let count = threadCount.load(ordering: .relaxed)
            if count > 0 { return count }
            threadCount.store(processors, ordering: .relaxed)
            return processors
        }
        set {
            precondition(newValue > 0, "a thread count is at least 1")
            threadCount.store(newValue, ordering: .relaxed)
        }
    }

    /// Whether this thread runs a part of work that is split: then more threads are not to be had.
    public static var isSplit: Bool { ct_is_in_parallel() != 0 }

    /// Runs `body` for every index below `count`, on up to `threads` threads, and returns when all are done.
    ///
    /// Bodies run in no particular order and write to disjoint places; then the result does not depend on the number of
    /// threads or on timing. A call from inside a body runs serially.
    public static func forEach(_ count: Int, _ body: (Int) -> Void) {
        if count <= 1 || threads == 1 {
            for index in 0..<count { body(index) }
            return
        }
        withoutActuallyEscaping(body) { body in
            var box = Box(body: body)
            withUnsafeMutablePointer(to: &box) { pointer in
                ct_parallel(
                    threads, count,
                    { context, index in
                        context!.assumingMemoryBound(to: Box.self).pointee.body(index)
                    }, pointer)
            }
        }
    }

    private struct Box {
        let body: (Int) -> Void
    }

    /// Splits `0..<count` into contiguous ranges of at least `minimum` elements (multiples of `minimum`, the last one apart)
    /// and runs `body` for each.
    ///
    /// - Parameter minimum: work that is too small to be worth another thread.
    public static func forEachRange(_ count: Int, minimum: Int, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let blocks = (count + minimum - 1) / minimum
        let parts = isSplit ? 1 : min(threads, blocks)
        if parts <= 1 { return body(0..<count) }
        forEach(parts) { part in
            let lower = blocks * part / parts * minimum
            let upper = min(count, blocks * (part + 1) / parts * minimum)
            if lower < upper { body(lower..<upper) }
        }
    }
}
