import Foundation

/// What can be known to fail before anything is read.
package enum OutputCheck {
    /// Refuses an output that is there already, is one of the inputs, or has no folder to lie in.
    package static func check(inputs: [String], output: String, overwrites: Bool) throws(ConversionError) {
        guard !inputs.isEmpty else { throw .input("No files to convert were given.") }
        var status = stat()
        if stat(output, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw .output(path: output, reason: "it is a folder; give a file name, such as \(output)/store.h5")
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw .output(
                    path: output,
                    reason:
                        "it is a pipe, a socket or a device, and only regular files are replaced; choose another name")
            }
            if inputs.contains(where: { isSameFile($0, status) }) {
                throw .output(path: output, reason: "it is one of the files to be converted; choose another name")
            }
            guard overwrites else {
                throw .output(path: output, reason: "it exists already; give --force to replace it, or another name")
            }
        }
        let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .output(path: output, reason: "there is no folder \(folder); create it first")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw .output(path: output, reason: "the folder \(folder) is not writable; choose another")
        }
    }

    private static func isSameFile(_ path: String, _ status: stat) -> Bool {
        var other = stat()
        return stat(path, &other) == 0 && other.st_dev == status.st_dev && other.st_ino == status.st_ino
    }
}
