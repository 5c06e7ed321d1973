import CPythonBridge
import Conversion

/// Carries a Swift progress handler through Python's frames: what the handler throws is kept, Python is stopped, and
/// `rethrowing` throws it on this side again. Code that reports nothing itself is watched, so that the handler can end it too.
final class ProgressReport {
    private let handler: ConversionProgressHandler
    private var stage = ""
    private var total = 0
    private var offset = 0
    private var last = 0
    private var thrown: (any Error)?

    init(_ handler: @escaping ConversionProgressHandler) { self.handler = handler }

    /// Begins a stage of `total` bytes.
    func begin(_ stage: String, total: Int) throws {
        (self.stage, self.total) = (stage, total)
        try report(0)
    }

    /// Reports bytes done of the stage.
    func report(_ completed: Int) throws {
        last = completed
        try handler(ConversionProgress(stage: stage, completed: completed, total: total))
    }

    /// Runs `body` with a Python callable that reports positions, to which `offset` is added.
    func rethrowing<Result>(offset: Int = 0, _ body: (PythonHandle) throws -> Result) throws -> Result {
        self.offset = offset
        return try withExtendedLifetime(self) {
            let context = Unmanaged.passUnretained(self).toOpaque()
            let callable = try Python.take { error in
                python_report(
                    { position, context in
                        let report = Unmanaged<ProgressReport>.fromOpaque(context!).takeUnretainedValue()
                        do {
                            try report.report(report.offset + position)
                            return true
                        } catch {
                            report.thrown = error
                            return false
                        }
                    }, context, error)
            }
            // Both are called with the interpreter's lock held, and so never at once.
            let watch = python_watch_begin(
                { context in
                    let report = Unmanaged<ProgressReport>.fromOpaque(context!).takeUnretainedValue()
                    do {
                        try report.report(report.last)
                        return true
                    } catch {
                        report.thrown = error
                        return false
                    }
                }, context)
            let outcome = Swift.Result { try body(callable) }
            python_watch_end(watch)
            if let thrown { throw thrown }
            do {
                return try outcome.get()
            } catch is Python.Stopped {
                throw CancellationError()
            }
        }
    }
}
