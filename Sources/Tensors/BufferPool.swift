import CKernels
import Foundation
import Synchronization

/// Memory that is used again: a step of training asks for the same buffers as the step before, and gets them without a call
/// to the system and without page faults.
final class BufferPool: Sendable {
    static let shared = BufferPool()

    private struct Free: @unchecked Sendable {
        var bySize: [Int: [UnsafeMutablePointer<Float>]] = [:]

        /// A buffer of the wanted capacity, or of a larger one up to its double: batches differ in length from step to step,
        /// and with buffers of exact sizes alone the pool would grow to the sum over all of them.
        mutating func smallest(atLeast wanted: Int) -> (pointer: UnsafeMutablePointer<Float>, capacity: Int)? {
            var capacity = wanted
            while capacity <= 2 * wanted {
                if let pointer = bySize[capacity]?.popLast() { return (pointer, capacity) }
                capacity = BufferPool.capacity(for: capacity + 1)
            }
            return nil
        }
    }
    private let free = Mutex(Free())

    /// Sizes are rounded up to one of four steps between powers of two, so that batches of slightly different lengths share
    /// buffers; at most a quarter is wasted.
    static func capacity(for count: Int) -> Int {
        let smallest = 256
        if count <= smallest { return smallest }
        let power = 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount - 1)   // largest power of two below `count`
        let step = power / 4
        return (count + step - 1) / step * step
    }

    /// Uninitialised memory for at least `count` floats, aligned to a cache line.
    func take(_ count: Int) -> (pointer: UnsafeMutablePointer<Float>, capacity: Int) {
        let capacity = Self.capacity(for: count)
        if let found = free.withLock({ $0.smallest(atLeast: capacity) }) { return found }
        var raw: UnsafeMutableRawPointer?
        let status = posix_memalign(&raw, 64, capacity * MemoryLayout<Float>.stride)
        guard status == 0, let raw else {
            fatalError("out of memory: \(capacity * 4) bytes were asked for; use a smaller batch size")
        }
        return (raw.bindMemory(to: Float.self, capacity: capacity), capacity)
    }

    func giveBack(_ pointer: UnsafeMutablePointer<Float>, capacity: Int) {
        nonisolated(unsafe) let pointer = pointer
        free.withLock { $0.bySize[capacity, default: []].append(pointer) }
    }
}
