import Foundation

/// The parts of a path. `NSString` ends the process where a path is a single character.
public enum PathParts {
    /// What stands before the last name, "." where there is nothing: the folder that the path lies in.
    public static func folder(of path: String) -> String {
        let bytes = trimmed(path)
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        let folder = bytes[..<slash].reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
        return folder.isEmpty ? "/" : String(decoding: Array(folder), as: UTF8.self)
    }

    /// The last name; nothing where there is none.
    public static func name(of path: String) -> String {
        let bytes = trimmed(path)
        let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? bytes.startIndex
        return String(decoding: bytes[start...], as: UTF8.self)
    }

    /// Whether a folder is there, or a link to one.
    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The bytes without slashes at the end.
    private static func trimmed(_ path: String) -> ArraySlice<UInt8> {
        let bytes = Array(path.utf8)
        let end = bytes.lastIndex { $0 != UInt8(ascii: "/") }.map { $0 + 1 } ?? 0
        return end == 0 ? bytes.prefix(1) : bytes[..<end]
    }
}
