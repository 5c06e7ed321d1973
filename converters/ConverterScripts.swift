import Foundation

/// The Python side of conversion, held in the binary so that it needs no files beside it.
public enum ConverterScripts {
    /// The module that imports all others out of the program: `install(files)`.
    public static let importer = "embedded"

    /// The text of a file of this folder.
    /// - Parameter path: for example "layouts/meld_base.py".
    public static func text(_ path: String) -> String? { ConverterSources.files.first { $0.path == path }?.text }

    /// All files of this folder by their paths, as JSON.
    public static var files: String {
        get throws {
            let files = Dictionary(uniqueKeysWithValues: ConverterSources.files.map { ($0.path, $0.text) })
            return String(decoding: try JSONEncoder().encode(files), as: UTF8.self)
        }
    }
}
