/// The version of the store format, `major.minor.patch`.
public struct FormatVersion: Sendable, Equatable, CustomStringConvertible {
    /// Changes when an older reader would misread a newer store.
    public var major: Int
    /// Changes when content is added that an older reader can leave alone.
    public var minor: Int
    /// Changes when nothing in the file's meaning does.
    package var patch: Int

    /// The version that this code writes.
    public static let current = FormatVersion(major: 1, minor: 0, patch: 0)

    /// A version; see the properties.
    public init(major: Int, minor: Int, patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads "1.0.0"; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else { return nil }
        self.init(major: major, minor: minor, patch: patch)
    }

    /// "major.minor.patch".
    public var description: String { "\(major).\(minor).\(patch)" }
}
