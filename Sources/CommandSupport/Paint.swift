import Foundation
@preconcurrency import Rainbow

/// Colours of standard error: on a terminal only, and never where NO_COLOR is set (https://no-color.org) or the terminal is dumb.
enum Paint {
    case red, yellow

    /// The text in this colour, where there are colours.
    func on(_ text: String) -> String {
        guard Self.isOn else { return text }
        // Rainbow asks for a terminal behind standard output, but this is for standard error, so it is told.
        Rainbow.outputTarget = .console
        Rainbow.enabled = true
        return self == .red ? text.red : text.yellow
    }

    private static let isOn: Bool = {
        let environment = ProcessInfo.processInfo.environment
        return StandardError.isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }()
}
