import Conversion
import Foundation

/// A folder with a pickle for each split, called by it: `train.pkl`, `dev.pkl`, `test.pkl`.
enum SplitFolder {
    private static let words: Set<Substring> = ["train", "valid", "dev", "val", "validation", "test"]
    private static let endings: Set<String> = ["pkl", "pickle", "p", "pk", "pt", "pth", "joblib", "data"]

    /// The files that a path stands for: of a folder those that are called by a split, in the order of their names; of a file itself.
    static func files(of path: String) throws(ConversionError) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(path: path, reason: "the folder cannot be listed")
        }
        let found = names.filter { name in
            endings.contains(URL(fileURLWithPath: name).pathExtension.lowercased())
                && name.lowercased().split { !$0.isASCII || !$0.isLetter }.contains(where: words.contains)
        }
        guard !found.isEmpty else {
            throw .input(
                "The folder \(URL(fileURLWithPath: path).lastPathComponent) holds no pickles that are called by their splits, as train.pkl, dev.pkl and test.pkl are; give the files themselves."
            )
        }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(path)/\($0)" }
    }
}
