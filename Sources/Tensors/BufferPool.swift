import CMemory
import Foundation
import Synchronization

/// Memory that is used again: a step of training asks for about the same buffers as the step before, and gets them without a
/// call to the system and without page faults.
///
/// Large chunks are cut into blocks; a request takes the smallest free block that holds it, and free neighbours become one
/// again. Batches differ in length from step to step, so buffers of exact sizes alone would add up to far more than is in
/// use. Chunks are never returned to the system.
final class BufferPool: Sendable {
    static let shared = BufferPool()
    /// A pool for minibatches: a reader takes their memory at times of its own, and in between a step's buffers it would leave
    /// holes that differ from run to run.
    static let minibatches = BufferPool()

    private let heap: Mutex<Heap>

    /// - Parameter chunk: floats that are asked of the system at once, unless a block needs more. By default 256 MiB, of which the
    ///   system gives only what is touched: small chunks leave rests that no buffer fits in.
    init(chunk: Int = 1 << 26) { heap = Mutex(Heap(chunk: chunk)) }

    /// Floats in the smallest block, and the unit of sizes: a few cache lines.
    static let unit = 64

    /// Floats that are lent or free, in all.
    var capacity: Int { heap.withLock { $0.capacity } }

    /// Uninitialised memory for at least `count` floats, aligned to a cache line.
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        let size = max(1, (count + Self.unit - 1) / Self.unit) * Self.unit
        nonisolated(unsafe) let pointer = heap.withLock { Lent(pointer: $0.take(size)) }.pointer
        return pointer
    }

    /// Takes back what `take` lent.
    func giveBack(_ pointer: UnsafeMutablePointer<Float>) {
        let lent = Lent(pointer: pointer)
        heap.withLock { $0.giveBack(lent.pointer) }
    }

    private struct Lent: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<Float>
    }
}

/// Chunks, and the blocks they are cut into.
private struct Heap: @unchecked Sendable {
    private struct Block {
        var size: Int
        var isFree: Bool
        /// The block before this one in its chunk.
        var previous: UnsafeMutablePointer<Float>?
        /// Whether another block of the chunk follows.
        var hasNext: Bool
    }

    /// A free block's place in the order of sizes.
    private struct Entry: Comparable {
        let size: Int
        let address: UnsafeMutablePointer<Float>

        static func < (a: Entry, b: Entry) -> Bool { (a.size, a.address) < (b.size, b.address) }
    }

    private var blocks: [UnsafeMutablePointer<Float>: Block] = [:]
    /// Free blocks, smallest first.
    private var free: [Entry] = []
    private(set) var capacity = 0
    private let chunk: Int

    init(chunk: Int) { self.chunk = chunk }

    mutating func take(_ size: Int) -> UnsafeMutablePointer<Float> {
        let found = position(of: size)
        let entry = found < free.count ? free.remove(at: found) : addChunk(size)
        var block = blocks[entry.address]!
        block.isFree = false
        if block.size > size {
            let rest = entry.address + size
            blocks[rest] = Block(size: block.size - size, isFree: true, previous: entry.address, hasNext: block.hasNext)
            if block.hasNext { blocks[entry.address + block.size]!.previous = rest }
            insert(rest, size: block.size - size)
            block.size = size
            block.hasNext = true
        }
        blocks[entry.address] = block
        return entry.address
    }

    mutating func giveBack(_ pointer: UnsafeMutablePointer<Float>) {
        guard var block = blocks[pointer], !block.isFree else {
            preconditionFailure("memory is given back once, by its owner")
        }
        var start = pointer
        if block.hasNext, let next = blocks[pointer + block.size], next.isFree {
            remove(pointer + block.size, size: next.size)
            blocks[pointer + block.size] = nil
            block.size += next.size
            block.hasNext = next.hasNext
        }
        if let previous = block.previous, let before = blocks[previous], before.isFree {
            remove(previous, size: before.size)
            blocks[pointer] = nil
            block.size += before.size
            block.previous = before.previous
            start = previous
        }
        block.isFree = true
        blocks[start] = block
        if block.hasNext { blocks[start + block.size]!.previous = start }
        insert(start, size: block.size)
    }

    private mutating func addChunk(_ size: Int) -> Entry {
        func allocate(_ size: Int) -> UnsafeMutablePointer<Float>? {
            var raw: UnsafeMutableRawPointer?
            let bytes = size * MemoryLayout<Float>.stride
            guard bytes < 256 << 20 || bytes <= memory_available() else { return nil }
            guard posix_memalign(&raw, 64, bytes) == 0 else { return nil }
            return raw?.bindMemory(to: Float.self, capacity: size)
        }
        // Where address space is short, a chunk is no larger than it has to be.
        let wanted = size
        let whole = max(size, chunk)
        let large = allocate(whole)
        let size = large == nil ? wanted : whole
        guard let address = large ?? allocate(wanted) else {
            memory_refused(wanted * MemoryLayout<Float>.stride)
            fatalError(
                "out of memory: \(wanted * MemoryLayout<Float>.stride) bytes were asked for; use a smaller batch size")
        }
        blocks[address] = Block(size: size, isFree: true, previous: nil, hasNext: false)
        capacity += size
        return Entry(size: size, address: address)
    }

    /// The first free block of at least `size`.
    private func position(of size: Int) -> Int {
        var lower = 0
        var upper = free.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if free[middle].size < size { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    private mutating func insert(_ address: UnsafeMutablePointer<Float>, size: Int) {
        let entry = Entry(size: size, address: address)
        var index = position(of: size)
        while index < free.count, free[index] < entry { index += 1 }
        free.insert(entry, at: index)
    }

    private mutating func remove(_ address: UnsafeMutablePointer<Float>, size: Int) {
        var index = position(of: size)
        while free[index].address != address { index += 1 }
        free.remove(at: index)
    }
}
