import Testing

@testable import Tensors

@Suite struct BufferPoolTests {
    @Test func capacitiesHoldTheirCountAndWasteAQuarterAtMost() {
        var counts = Array(0...3000)
        for exponent in 12...40 {
            let power = 1 << exponent
            counts += [power - 1, power, power + 1, power / 4 * 5, power / 4 * 7]
        }
        for count in counts {
            let capacity = BufferPool.capacity(for: count)
            let isTight = capacity == 256 || capacity * 4 <= count * 5 + 4
            let isStable = BufferPool.capacity(for: capacity) == capacity
            if capacity < count || !isTight || !isStable { Issue.record("\(capacity) for \(count)") }
        }
    }

    @Test func fourStepsBetweenPowersOfTwo() {
        #expect([256, 257, 320, 321, 400, 449, 512, 513].map(BufferPool.capacity(for:)) == [256, 320, 320, 384, 448, 512, 512, 640])
        #expect(Set((1025...2048).map(BufferPool.capacity(for:))) == [1280, 1536, 1792, 2048])
    }

    @Test func buffersAreUsedAgain() {
        let pool = BufferPool()
        let (first, capacity) = pool.take(1000)
        #expect(Int(bitPattern: first) % 64 == 0, "a buffer starts at a cache line")
        let (second, _) = pool.take(1000)
        #expect(first != second)
        pool.giveBack(first, capacity: capacity)
        let (third, _) = pool.take(capacity)
        #expect(third == first)
        let (other, otherCapacity) = pool.take(5000)
        #expect(other != third)
        // The pool does not free what it lends: the test does.
        pool.giveBack(second, capacity: capacity)
        pool.giveBack(third, capacity: capacity)
        pool.giveBack(other, capacity: otherCapacity)
    }

    @Test func tensorsReturnTheirStorage() {
        // Concurrent tests may take the buffer in between, so several attempts of one.
        let reused = (0..<20).contains { _ in
            let size = 7_654_321
            let address = { Int(bitPattern: Tensor(rows: 1, columns: size).pointer) }
            return address() == address()
        }
        #expect(reused)
    }
}
