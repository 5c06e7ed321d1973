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

    /// Refuses what can be known to fail before anything is read: a folder, a pipe or a device, one of the inputs, a file that is there
    /// and is not to be replaced, a folder that is missing or not writable.
    /// - Parameter name: what the inputs are called in the sentence.
    /// - Throws: ``FilesError``.
    public func check(inputs: [String], beingCalled name: String = "what is read") throws(FilesError) {
        func refused(_ reason: String) -> FilesError { FilesError("write", path, reason) }
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw refused("it is a folder; give the name of a file, such as \(path)/store.h5")
            }
            guard status.st_mode & S_IFMT == S_IFREG else { throw FilesError.notRegular(path) }
            for input in inputs {
                var other = stat()
                guard stat(input, &other) != 0 || other.st_dev != status.st_dev || other.st_ino != status.st_ino else {
                    throw refused("it is \(name); choose another name")
                }
            }
            guard overwrites else { throw FilesError.exists(path) }
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw refused("there is no folder \(folder); create it first")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw refused("the folder \(folder) is not writable; choose another")
        }
    }
}
