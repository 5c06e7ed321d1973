import Foundation

/// Values that a thread of its own makes, in their order, while the caller does something else.
///
/// Besides the pool of ``Compute`` this is the only way to another thread. What `make` throws comes out of ``next()`` at its place
/// in the order, and nothing is made after it. Letting go of the work ends the thread and waits for it, so that nothing goes
/// on behind the caller's back.
public final class BackgroundWork<Value: Sendable>: Sendable {
    private let exchange: Exchange

    /// Begins.
    ///
    /// - Parameters:
    ///   - name: the thread's name, for debuggers
    ///   - count: how many values there are
    ///   - ahead: values that may be ready before they are asked for, at least 1
    ///   - make: makes the value of an index; called on the work's thread only. Long work asks its ``Pace`` now and then.
    public init(
        _ name: String, count: Int = 1, ahead: Int = .max, make: @escaping @Sendable (Int, Pace) throws -> Value
    ) {
        precondition(ahead > 0, "at least one value is prepared ahead")
        let exchange = Exchange(capacity: ahead)
        self.exchange = exchange
        let thread = Thread {
            for index in 0..<count {
                guard exchange.waitForRoom() else { break }
                let result = Result { try make(index, exchange.pace) }
                exchange.put(result)
                if case .failure = result { break }
            }
            exchange.finish()
        }
        thread.name = name
        thread.start()
    }

    deinit { stop() }

    /// Waits for the next value; nil after the last.
    public func next() throws -> Value? { try exchange.take()?.get() }

    /// The same, with a call about ten times a second while it waits.
    ///
    /// - Parameter waiting: gets the position that `make` has told its pace; what it throws is thrown on
    public func next(waiting: (Int) throws -> Void) throws -> Value? {
        while true {
            if let result = exchange.take(within: 0.1) { return try result?.get() }
            try waiting(exchange.pace.position)
        }
    }

    /// Lets the work go on up to a position, where it waits for that (``Pace/wait(until:)``). A permit is not taken back.
    public func permit(upTo position: Int) { exchange.pace.permit(upTo: position) }

    /// Ends the work and waits until its thread has ended. Values that nobody took are gone.
    public func stop() { exchange.cancel() }

    /// What both threads see, under the pace's lock.
    private final class Exchange: @unchecked Sendable {
        let pace = Pace()
        private let capacity: Int
        private var condition: NSCondition { pace.condition }
        private var ready: [Result<Value, any Error>] = []
        private var isFinished = false

        init(capacity: Int) { self.capacity = capacity }

        /// Blocks until a value may be made; false once nobody wants more.
        func waitForRoom() -> Bool {
            condition.withLock {
                while ready.count >= capacity && !pace.isCancelled { condition.wait() }
                return !pace.isCancelled
            }
        }

        func put(_ result: Result<Value, any Error>) {
            condition.withLock { ready.append(result) }
            condition.broadcast()
        }

        func finish() {
            condition.withLock { isFinished = true }
            condition.broadcast()
        }

        /// Blocks until a value is ready; nil when none will come.
        func take() -> Result<Value, any Error>? {
            defer { condition.broadcast() }
            return condition.withLock {
                while ready.isEmpty && !isFinished { condition.wait() }
                return ready.isEmpty ? nil : ready.removeFirst()
            }
        }

        /// The same within some seconds: nil where nothing came in that time, `.some(nil)` when nothing will come.
        func take(within seconds: Double) -> Result<Value, any Error>?? {
            let isDue = condition.withLock {
                if ready.isEmpty && !isFinished { _ = condition.wait(until: Date(timeIntervalSinceNow: seconds)) }
                return !ready.isEmpty || isFinished
            }
            return isDue ? .some(take()) : nil
        }

        func cancel() {
            pace.cancel()
            condition.withLock {
                while !isFinished { condition.wait() }
                ready.removeAll()
            }
        }
    }
}

/// How far work has come, how far it may go, and whether anybody still wants it.
///
/// Positions are the work's own: bytes, for example.
public final class Pace: @unchecked Sendable {
    // Everything below changes under the condition's lock.
    fileprivate let condition = NSCondition()
    fileprivate private(set) var isCancelled = false
    private var reached = 0
    private var permitted = 0

    fileprivate var position: Int { condition.withLock { reached } }

    fileprivate func permit(upTo position: Int) {
        condition.withLock { permitted = max(permitted, position) }
        condition.broadcast()
    }

    fileprivate func cancel() {
        condition.withLock { isCancelled = true }
        condition.broadcast()
    }

    /// Says how far the work has come.
    /// - Throws: `CancellationError` once nobody wants it any more.
    public func advance(to position: Int) throws(CancellationError) {
        let goesOn = condition.withLock {
            reached = position
            return !isCancelled
        }
        guard goesOn else { throw CancellationError() }
    }

    /// Waits until the work may go on to a position.
    /// - Throws: `CancellationError` once nobody wants it any more.
    public func wait(until position: Int) throws(CancellationError) {
        let goesOn = condition.withLock {
            while permitted < position && !isCancelled { condition.wait() }
            return !isCancelled
        }
        guard goesOn else { throw CancellationError() }
    }
}
