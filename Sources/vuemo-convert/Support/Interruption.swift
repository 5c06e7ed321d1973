import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and the end of the terminal: noticed by a handler, acted upon where the work asks for it.
enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// The work was asked to stop.
    struct Interrupted: Error {}

    /// Catches the signals from now on. A file-size limit becomes an ordinary error instead of a kill.
    static func install() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { _ in Interruption.requested.store(true, ordering: .relaxed) }
        }
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Throws ``Interrupted`` once a signal has come.
    static func check() throws {
        if requested.load(ordering: .relaxed) { throw Interrupted() }
    }
}
