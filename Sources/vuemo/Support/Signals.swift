import Dispatch
import Foundation
import Training

/// Turns Ctrl-C and SIGTERM into a wish to stop at the next step boundary; the second one ends the process at once.
final class Signals {
    private let sources: [any DispatchSourceSignal]

    init(_ interruption: Interruption, quiet: Bool) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if interruption.isRequested { _exit(130) }
                interruption.request()
                if !quiet { StandardError.write("\nstopping after this step; once more stops at once\n") }
            }
            source.resume()
            return source
        }
    }
}
