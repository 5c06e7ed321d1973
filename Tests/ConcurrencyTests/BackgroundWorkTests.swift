import Concurrency
import Foundation
import Synchronization
import Testing

@Suite struct BackgroundWorkTests {
    private struct Fault: Error, Equatable {
        let index: Int
    }

    @Test(arguments: [1, 2, 5, 100]) func handsElementsOverInOrder(ahead: Int) throws {
        let work = BackgroundWork("squares", count: 30, ahead: ahead) { index, _ in index * index }
        for index in 0..<30 { #expect(try work.next() == index * index) }
        #expect(try work.next() == nil)
        #expect(try work.next() == nil)
    }

    @Test func hasNothingToGiveWithoutElements() throws {
        let work = BackgroundWork("nothing", count: 0, ahead: 2) { index, _ in index }
        #expect(try work.next() == nil)
    }

    @Test func neverRunsFurtherAheadThanAllowed() throws {
        let made = Counter()
        let work = BackgroundWork("numbers", count: 50, ahead: 3) { index, _ in
            made.add()
            return index
        }
        for taken in 0..<50 {
            Thread.sleep(forTimeInterval: 0.0005)
            // Those taken, those ready, and the one that fills the place just freed.
            #expect(made.value <= taken + 3)
            #expect(try work.next() == taken)
        }
    }

    @Test func aFaultComesOutAtItsPlace() throws {
        let work = BackgroundWork("numbers", count: 10, ahead: 4) { index, _ in
            if index == 3 { throw Fault(index: index) }
            return index
        }
        for index in 0..<3 { #expect(try work.next() == index) }
        #expect(throws: Fault(index: 3)) { try work.next() }
        #expect(try work.next() == nil)
    }

    @Test func lettingGoStopsTheThread() throws {
        let made = Counter()
        do {
            let work = BackgroundWork("numbers", count: 1_000_000, ahead: 2) { index, _ in
                made.add()
                return index
            }
            _ = try work.next()
        }
        let afterwards = made.value
        Thread.sleep(forTimeInterval: 0.005)
        #expect(made.value == afterwards)
        #expect(afterwards < 10)
    }

    @Test func whoeverWaitsIsToldHowFarTheWorkIs() throws {
        let goesOn = DispatchSemaphore(value: 0)
        let work = BackgroundWork("one value") { _, pace in
            try pace.advance(to: 7)
            goesOn.wait()
            return "done"
        }
        var positions: [Int] = []
        let value = try work.next { position in
            positions.append(position)
            if position == 7 { goesOn.signal() }
        }
        #expect(value == "done")
        #expect(positions.last == 7)
        #expect(try work.next { _ in } == nil)
    }

    @Test func whatIsThrownWhileWaitingIsThrownOn() throws {
        let work = BackgroundWork("waits") { _, pace in try pace.wait(until: 1) }
        #expect(throws: Fault(index: 5)) { _ = try work.next { _ in throw Fault(index: 5) } }
        work.stop()
        #expect(try work.next() == nil)
    }

    @Test func goesNoFurtherThanItMay() throws {
        let reached = Counter()
        let work = BackgroundWork("steps") { _, pace in
            for position in 1...3 {
                try pace.wait(until: position)
                reached.add()
            }
        }
        for position in [1, 2] {
            work.permit(upTo: position)
            work.permit(upTo: 0)
            while reached.value < position { Thread.sleep(forTimeInterval: 0.0001) }
            Thread.sleep(forTimeInterval: 0.002)
            #expect(reached.value == position)
        }
        work.stop()
        #expect(reached.value == 2)
    }

    @Test func stoppingEndsLongWork() throws {
        let work = BackgroundWork("endless") { _, pace in
            var position = 0
            while true {
                position += 1
                try pace.advance(to: position)
            }
        }
        work.stop()
        #expect(try work.next() as Void? == nil)
    }
}

/// A count that two threads may share.
private final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add() { count.add(1, ordering: .sequentiallyConsistent) }
}
