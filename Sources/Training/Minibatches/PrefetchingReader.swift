import Foundation

/// Produces elements on a thread of its own, in order and at most `ahead` of the one being used.
///
/// What the producer throws comes out of `next()` at its place in the order. Letting go of the reader stops the thread and waits
/// for it, so that nothing reads on behind the caller's back.
final class PrefetchingReader<Element: Sendable> {
    private let exchange: Exchange

    /// - Parameters:
    ///   - count: How many elements there are.
    ///   - ahead: Elements that may be ready before they are asked for, at least 1.
    ///   - produce: Makes the element of an index; called on the reader's thread only.
    init(count: Int, ahead: Int, produce: @escaping @Sendable (Int) throws -> Element) {
        precondition(ahead > 0, "a reader prepares at least one element ahead")
        let exchange = Exchange(capacity: ahead)
        self.exchange = exchange
        let thread = Thread {
            for index in 0..<count {
                guard exchange.waitForRoom() else { break }
                let result = Result { try produce(index) }
                exchange.put(result)
                if case .failure = result { break }
            }
            exchange.finish()
        }
        thread.name = "minibatch reader"
        thread.start()
    }

    deinit { exchange.cancel() }

    /// The next element, or nil after the last.
    func next() throws -> Element? { try exchange.take()?.get() }

    /// What both threads see, under one lock.
    private final class Exchange: @unchecked Sendable {
        private let capacity: Int
        private let condition = NSCondition()
        private var ready: [Result<Element, any Error>] = []
        private var isCancelled = false
        private var isFinished = false

        init(capacity: Int) { self.capacity = capacity }

        /// Blocks until an element may be made; false once nobody wants more.
        func waitForRoom() -> Bool {
            condition.lock()
            defer { condition.unlock() }
            while ready.count >= capacity && !isCancelled { condition.wait() }
            return !isCancelled
        }

        func put(_ result: Result<Element, any Error>) {
            condition.lock()
            ready.append(result)
            condition.broadcast()
            condition.unlock()
        }

        func finish() {
            condition.lock()
            isFinished = true
            condition.broadcast()
            condition.unlock()
        }

        /// Blocks until an element is ready; nil when none will come.
        func take() -> Result<Element, any Error>? {
            condition.lock()
            defer { condition.unlock() }
            while ready.isEmpty && !isFinished { condition.wait() }
            guard !ready.isEmpty else { return nil }
            defer { condition.broadcast() }
            return ready.removeFirst()
        }

        func cancel() {
            condition.lock()
            isCancelled = true
            condition.broadcast()
            while !isFinished { condition.wait() }
            ready.removeAll()
            condition.unlock()
        }
    }
}
