import Foundation
import Synchronization
import Testing

@testable import Training

@Suite struct PrefetchingReaderTests {
    private struct Fault: Error, Equatable {
        let index: Int
    }

    @Test(arguments: [1, 2, 5, 100]) func handsElementsOverInOrder(ahead: Int) throws {
        let reader = PrefetchingReader(count: 30, ahead: ahead) { $0 * $0 }
        for index in 0..<30 { #expect(try reader.next() == index * index) }
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test func hasNothingToGiveWithoutElements() throws {
        let reader = PrefetchingReader(count: 0, ahead: 2) { $0 }
        #expect(try reader.next() == nil)
    }

    @Test func neverRunsFurtherAheadThanAllowed() throws {
        let made = Counter()
        let reader = PrefetchingReader(count: 50, ahead: 3) { index in
            made.add()
            return index
        }
        for taken in 0..<50 {
            Thread.sleep(forTimeInterval: 0.0005)
            // Those taken, those ready, and the one that fills the place just freed.
            #expect(made.value <= taken + 3)
            #expect(try reader.next() == taken)
        }
    }

    @Test func aFaultComesOutAtItsPlace() throws {
        let reader = PrefetchingReader(count: 10, ahead: 4) { index in
            if index == 3 { throw Fault(index: index) }
            return index
        }
        for index in 0..<3 { #expect(try reader.next() == index) }
        #expect(throws: Fault(index: 3)) { try reader.next() }
        #expect(try reader.next() == nil)
    }

    @Test func lettingGoStopsTheThread() throws {
        let made = Counter()
        do {
            let reader = PrefetchingReader(count: 1_000_000, ahead: 2) { index in
                made.add()
                return index
            }
            _ = try reader.next()
        }
        let afterwards = made.value
        Thread.sleep(forTimeInterval: 0.005)
        #expect(made.value == afterwards)
        #expect(afterwards < 10)
    }
}

/// A count that two threads may share.
private final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add() { count.add(1, ordering: .sequentiallyConsistent) }
}
