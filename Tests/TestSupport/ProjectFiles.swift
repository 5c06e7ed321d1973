import Foundation

/// The files of the project itself, for tests that read samples and hold documents against the code.
public enum ProjectFiles {
    /// The project's folder.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Whether documents that are made from the code shall be written anew, because the environment has `UPDATE_DOCS`.
    public static let areUpdated = ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil

    /// What to do where a document that is made from the code differs from it.
    public static let hint = "run the tests once with UPDATE_DOCS=1"

    /// The place of a file or folder that is named from the project's folder.
    public static func url(_ path: String) -> URL { root.appending(path: path) }

    /// The text of a file.
    public static func text(_ path: String) throws -> String { try String(contentsOf: url(path), encoding: .utf8) }

    /// Writes a document anew where the environment asks for it, and does nothing elsewhere.
    public static func update(_ path: String, _ text: String) throws {
        if areUpdated { try Data(text.utf8).write(to: url(path)) }
    }
}
