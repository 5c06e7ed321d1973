import ArgumentParser
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and the end of the terminal as a wish to stop, which the work follows where it can.
///
/// The first signal is noted. A second one ends the process at once, with 128 and its number.
public enum StopSignals {
    private static let received = Atomic<Int32>(0)
    // Written once, before the handler is installed.
    nonisolated(unsafe) private static var whenFirst: (@Sendable () -> Void)?
    nonisolated(unsafe) private static var notice: StaticString?
    nonisolated(unsafe) private static var whenAsked: (@Sendable () -> Void)?

    /// The work was asked to stop.
    public struct Stopped: Error {}

    /// Catches the signals from now on. SIGHUP stays ignored where the caller ignores it (nohup).
    /// - Parameters:
    ///   - notice: What standard error says at the first signal.
    ///   - action: Called in the signal handler at the first signal: it may store an atomic value and nothing else.
    public static func install(notice: StaticString? = nil, action: (@Sendable () -> Void)? = nil) {
        (self.notice, whenFirst) = (notice, action)
        received.store(0, ordering: .relaxed)
        handle { number in StopSignals.note(number) }
    }

    /// Catches SIGUSR1 from now on, by which schedulers of clusters ask for a checkpoint. It ends nothing.
    /// - Parameter action: Called in the signal handler: it may store an atomic value and nothing else.
    public static func onUserSignal(_ action: @escaping @Sendable () -> Void) {
        whenAsked = action
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGUSR1)
        signal(SIGUSR1) { _ in StopSignals.whenAsked?() }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// From now on the signals end the process at once, with 128 and their number: for commands that have nothing to put in order.
    static func endAtOnce() { handle { number in _exit(128 + number) } }

    private static func handle(_ handler: @escaping @convention(c) (Int32) -> Void) {
        // A parent may have left them blocked.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            sigaddset(&signals, number)
            let before = signal(number, handler)
            if number == SIGHUP, unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
                signal(number, SIG_IGN)
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    private static func note(_ number: Int32) {
        guard received.exchange(number, ordering: .relaxed) == 0 else { _exit(128 + number) }
        let code = errno
        whenFirst?()
        if let notice { _ = write(STDERR_FILENO, notice.utf8Start, notice.utf8CodeUnitCount) }
        errno = code
    }

    /// Throws ``Stopped`` once a signal has come.
    public static func check() throws(Stopped) {
        if received.load(ordering: .relaxed) != 0 { throw Stopped() }
    }

    /// The exit status for the signal that came; where none came, the time was up.
    static var exitCode: ExitCode {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? ExitCode(ExitStatus.outOfTime) : ExitStatus.signal(number)
    }
}
