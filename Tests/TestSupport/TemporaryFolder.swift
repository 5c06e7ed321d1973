import Foundation

/// A fresh folder that disappears with its last reference.
public final class TemporaryFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// Creates a folder in the system's temporary place.
    public init() throws {
        path = NSTemporaryDirectory() + "/vuemo-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file of that name in the folder.
    public func file(_ name: String) -> String { path + "/" + name }

    /// The names of everything in the folder, hidden ones too.
    public func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
