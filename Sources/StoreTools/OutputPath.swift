import Foundation

/// Where a tool writes.
public struct OutputPath: Sendable {
    /// The path of the file.
    public var path: String
    /// Whether a file that is there already is replaced, once the new one is complete.
    public var overwrites: Bool

    /// A path; see the properties.
    public init(_ path: String, overwrites: Bool = false) {
        self.path = path
        self.overwrites = overwrites
    }

    /// Refuses what can be known to fail before anything is read.
    func check(inputs: [String]) throws(StoreToolsError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw StoreToolsError("cannot write '\(path)': it is a folder; give the name of a file")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreToolsError(
                "cannot write '\(path)': it is a pipe, a socket or a device, and only regular files are replaced; choose another name"
            )
        }
        for input in inputs {
            var other = stat()
            guard stat(input, &other) != 0 || other.st_dev != status.st_dev || other.st_ino != status.st_ino else {
                throw StoreToolsError("cannot write '\(path)': it is what is read; choose another name")
            }
        }
        guard overwrites else {
            throw StoreToolsError(
                "cannot write '\(path)': it exists already; give --force to replace it, or another name")
        }
    }
}
