import Foundation

/// A large matrix for tests of what is streamed.
public enum ZeroMatrix {
    /// Writes zeros of float32 as a .npy file. They are a hole in the file and take no room on the disk.
    public static func write(rows: Int, width: Int, to path: String) throws {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(width)), }"
        header += String(repeating: " ", count: 64 - (11 + header.utf8.count) % 64) + "\n"
        let start: [UInt8] =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), 0] + Array(header.utf8)
        try Data(start).write(to: URL(filePath: path))
        guard truncate(path, start.count + rows * width * 4) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
