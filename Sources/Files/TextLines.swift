import Foundation

/// Lists that people keep as text, one entry in each line.
public enum TextLines {
    /// More than any list of names; a device that never ends is not read for ever.
    private static let limit = 64 << 20

    /// The lines of a file or pipe that are not empty, without spaces and line ends around them.
    /// - Throws: ``FilesError`` where it cannot be read or is not UTF-8.
    public static func read(_ path: String) throws(FilesError) -> [String] {
        guard let stream = fopen(path, "rb") else { throw FilesError("read", path, systemError: errno) }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw FilesError(
                    "read", path, "it is larger than \(limit >> 20) MiB; give a list with one name in each line")
            }
        }
        guard ferror(stream) == 0 else { throw FilesError("read", path, systemError: errno) }
        // Some editors begin a file with a mark of its encoding.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        var lines: [String] = []
        let parts = bytes.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
        for part in parts {
            guard let line = String(validating: part, as: UTF8.self) else {
                throw FilesError("read", path, "it is not UTF-8 text; save it as UTF-8, one name in each line")
            }
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if !trimmed.isEmpty { lines.append(trimmed) }
        }
        return lines
    }
}
