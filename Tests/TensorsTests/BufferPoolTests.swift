import Testing

@testable import Tensors

@Suite struct BufferPoolTests {
    @Test func buffersAreAlignedAndUsedAgain() {
        let pool = BufferPool(chunk: 1 << 23)
        let first = pool.take(1000)
        let second = pool.take(1)
        #expect(
            Int(bitPattern: first) % 64 == 0 && Int(bitPattern: second) % 64 == 0, "a buffer starts at a cache line")
        #expect(first != second)
        pool.giveBack(first)
        #expect(pool.take(900) == first)
    }

    @Test func freeNeighboursBecomeOne() {
        let pool = BufferPool(chunk: 1 << 23)
        let third = 1 << 21
        let buffers = (0..<4).map { _ in pool.take(third) }
        let full = pool.capacity
        #expect(full == 4 * third, "four blocks fill a chunk")
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 2, 0], [2, 0, 1, 3]] {
            for index in order { pool.giveBack(buffers[index]) }
            #expect(pool.take(4 * third) == buffers[0], "the whole chunk is one block again")
            pool.giveBack(buffers[0])
            #expect((0..<4).map { _ in pool.take(third) } == buffers)
        }
        #expect(pool.capacity == full)
    }

    @Test func aRequestLargerThanAChunkGetsItsOwn() {
        let pool = BufferPool(chunk: 1 << 23)
        let large = 3 << 23
        let buffer = pool.take(large)
        buffer[large - 1] = 1
        #expect(pool.capacity == large)
        pool.giveBack(buffer)
        #expect(pool.take(large / 2) == buffer)
    }

    /// Random requests and returns: what is lent never overlaps, keeps its contents, and the pool grows little beyond it.
    @Test func lentBuffersNeverOverlap() {
        let pool = BufferPool(chunk: 1 << 23)
        var generator = SplitMix64(seed: 77)
        var lent: [(pointer: UnsafeMutablePointer<Float>, count: Int, mark: Float)] = []
        var inUse = 0
        var peak = 0
        for step in 0..<4000 {
            if lent.isEmpty || generator.uniform() < 0.52 {
                let count = 1 + Int(generator.uniform() * generator.uniform() * 400_000)
                let pointer = pool.take(count)
                let mark = Float(step)
                (pointer[0], pointer[count / 2], pointer[count - 1]) = (mark, mark, mark)
                lent.append((pointer, count, mark))
                inUse += count
                peak = max(peak, inUse)
            } else {
                let (pointer, count, mark) = lent.remove(at: Int(generator.uniform() * Float(lent.count)))
                let isWhole = pointer[0] == mark && pointer[count / 2] == mark && pointer[count - 1] == mark
                if !isWhole { Issue.record("a lent buffer was written by another") }
                pool.giveBack(pointer)
                inUse -= count
            }
        }
        #expect(pool.capacity < peak * 3 / 2 + (1 << 24))
    }
}
