import Concurrency
import Foundation
import Synchronization
import TestSupport
import Testing

/// Every index exactly once, whatever the number of threads.
@Suite struct ComputeTests {
    /// How often each index below `count` is visited; visits outside are a failure.
    private final class Visits: Sendable {
        private let counts: Mutex<[Int]>
        init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }
        func visit(_ index: Int) { counts.withLock { $0[index] += 1 } }
        var areAllOne: Bool { counts.withLock { $0.allSatisfy { $0 == 1 } } }
    }

    @Test(arguments: [1, 2, 3, 5])
    func everyIndexOnce(threads: Int) {
        withThreads(threads) {
            for count in [0, 1, 2, 3, 4, 7, 16, 100, 1001] {
                let visits = Visits(count)
                Compute.forEach(count) { visits.visit($0) }
                #expect(visits.areAllOne, "\(count) indices")
            }
        }
    }

    @Test(arguments: [1, 2, 3, 5])
    func everyIndexInOneRange(threads: Int) {
        withThreads(threads) {
            for (count, minimum) in [
                (0, 1), (1, 1), (1, 9), (2, 1), (5, 2), (64, 32), (65, 32), (100, 7), (1000, 1), (1000, 999),
            ] {
                let visits = Visits(count)
                let ranges = Mutex<[Range<Int>]>([])
                Compute.forEachRange(count, minimum: minimum) { range in
                    ranges.withLock { $0.append(range) }
                    for index in range { visits.visit(index) }
                }
                #expect(visits.areAllOne, "\(count) in ranges of \(minimum)")
                let sorted = ranges.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
                #expect(sorted.count <= threads && sorted.allSatisfy { !$0.isEmpty })
                if threads > 1 { #expect(sorted.dropLast().allSatisfy { $0.count % minimum == 0 }) }
            }
        }
    }

    /// Regions follow each other quickly, as in a training step.
    @Test func manyRegions() {
        withThreads(3) {
            let total = Atomic<Int>(0)
            for _ in 0..<300 { Compute.forEach(3) { total.add($0 + 1, ordering: .relaxed) } }
            #expect(total.load(ordering: .relaxed) == 1800)
        }
    }

    @Test func nestedCallsRunInPlace() {
        withThreads(3) {
            let visits = Visits(6 * 10)
            Compute.forEach(6) { outer in
                let thread = pthread_self()
                Compute.forEach(10) { inner in
                    visits.visit(outer * 10 + inner)
                    #expect(pthread_equal(thread, pthread_self()) != 0)
                }
            }
            #expect(visits.areAllOne)
        }
    }

    @Test func concurrentCallers() {
        withThreads(2) {
            let callers = 4
            let visits = (0..<callers).map { _ in Visits(500) }
            let done = DispatchGroup()
            for caller in 0..<callers {
                DispatchQueue.global().async(group: done) { Compute.forEach(500) { visits[caller].visit($0) } }
            }
            done.wait()
            #expect(visits.allSatisfy { $0.areAllOne })
        }
    }

    /// More threads, then fewer, then more: workers that sleep through a region do not disturb the next.
    @Test func changingThreadCounts() {
        for threads in [2, 5, 1, 3, 2, 6, 2] {
            withThreads(threads) {
                for _ in 0..<10 {
                    let visits = Visits(20)
                    Compute.forEach(20) { visits.visit($0) }
                    #expect(visits.areAllOne)
                }
            }
        }
    }

    /// Two indices that wait for each other meet only on two threads.
    @Test func workIsShared() {
        withThreads(2) {
            // Where another test's work occupies the pool, a caller works alone: so several attempts.
            let met = (0..<50).contains { _ in
                let threads = Mutex<Set<UInt>>([])
                let arrived = Atomic<Int>(0)
                Compute.forEach(2) { _ in
                    arrived.add(1, ordering: .sequentiallyConsistent)
                    let limit = ContinuousClock.now + .milliseconds(200)
                    while arrived.load(ordering: .sequentiallyConsistent) < 2, ContinuousClock.now < limit {
                        sched_yield()
                    }
                    threads.withLock { _ = $0.insert(UInt(pthread_self())) }
                }
                return threads.withLock { $0.count } == 2
            }
            #expect(met)
        }
    }

    @Test func processors() {
        #expect(Compute.threads >= 1)
    }
}
