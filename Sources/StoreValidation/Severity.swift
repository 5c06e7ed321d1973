/// How much a finding matters.
public enum Severity: String, Sendable, CaseIterable, Comparable, Encodable {
    /// Worth knowing.
    case information
    /// Usable, but perhaps not what was meant.
    case warning
    /// Not a correct store.
    case error

    /// Orders by weight: information, warning, error.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .information: 0
        case .warning: 1
        case .error: 2
        }
    }
}
