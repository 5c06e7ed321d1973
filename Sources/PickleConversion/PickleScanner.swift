import Conversion
import Foundation

/// What a look into a pickle found. Its JSON form has the same names, in snake case.
public struct PickleScan: Codable, Sendable {
    /// Whether a file can be converted without danger.
    public enum Status: String, Codable, Sendable {
        /// A whole pickle that holds nothing but data.
        case safe
        /// It names or does something dangerous: what can run code or programs or reach other files.
        case unsafe
        /// It names something that is neither read nor known, and is not judged.
        case unknown
        /// It holds objects that are known, harmless and not read.
        case unsupported
        /// It is no pickle, or damaged, or larger than anything that is read.
        case unreadable
    }

    /// A name that the pickle mentions.
    public struct Name: Codable, Sendable {
        /// "module.name".
        public var name: String
        /// How often it is named.
        public var times: Int
        /// Whether it is one of the few names that data need.
        public var allowed: Bool
        /// What is to be said of it: "read", "dangerous", "unknown" or "not supported".
        public var verdict: String
    }

    /// Something else that no feature pickle holds.
    public struct Request: Codable, Sendable {
        /// What, in words.
        public var what: String
        /// How often.
        public var times: Int
    }

    /// A group of alike values and what is in them.
    public struct Node: Codable, Sendable {
        /// Values under one label.
        public struct Group: Codable, Sendable {
            /// A key, an index, "by text" for a dictionary of alike entries, or empty for the items of a list.
            public var label: String
            /// One node per kind of value.
            public var values: [Node]
            /// How many values were looked at, where it is not all of them.
            package var looked_at: Int?
            /// How many there are, where not all were looked at.
            package var of: Int?

            /// Values of which all were looked at.
            package init(label: String, values: [Node]) { (self.label, self.values) = (label, values) }
        }

        /// For example "list", "text", "array float32 (1582)".
        public var kind: String
        /// The smallest and the largest number of items.
        public var items: [Int]?
        /// What is in it.
        public var children: [Group]?

        /// A kind of value.
        package init(kind: String, items: [Int]?, children: [Group]?) {
            (self.kind, self.items, self.children) = (kind, items, children)
        }
    }

    /// The file's name without its folder.
    public var file: String
    /// Its size.
    public var bytes: Int
    /// Whether it can be converted without danger.
    public var status: Status
    /// "pickle"; "torch" for an archive of `torch.save`, "torch-before-1.6" for its old format; "npy" and "npz" for NumPy's files; "zip" for an
    /// archive of several files; "hdf5"; "other"
    /// with the real kind in ``reason``.
    public var kind: String
    /// What the file is packed in: "gzip", "bzip2", "xz", "lzma", "zlib" or "zip"; nil for nothing.
    public var container: String?
    /// How many bytes are in it then.
    public var unpacked_bytes: Int?
    /// Of a PyTorch file, how many storages (the bytes of tensors) it has.
    public var storages: Int?
    /// Why it is not safe, in one sentence.
    public var reason: String?
    /// Where and how it is damaged, in one sentence.
    public var damage: String?
    /// The pickle protocol.
    public var `protocol`: Int?
    /// What probably wrote it: versions of Python and NumPy.
    public var writer: String?
    /// All names that it mentions.
    public var globals: [Name]?
    /// What else it asks for.
    public var asks_for: [Request]?
    /// What is in it.
    package var tree: [Node]?
    /// The same as indented lines.
    public var tree_text: [String]?
    /// The layouts that it has; one where it can be converted.
    public var layouts: [String]?

    /// Findings of a file that is safe, so far.
    package init(file: String, bytes: Int, kind: String) {
        (self.file, self.bytes, self.kind, status) = (file, bytes, kind, .safe)
    }
}

/// Looks into pickles without constructing anything but stand-ins, and without stopping at what is unsafe.
public enum PickleScanner {
    /// Scans one file.
    /// - Parameter progress: Called now and then; what it throws ends the scan.
    /// - Throws: `ConversionError` where the file cannot be read at all, or what `progress` throws.
    public static func scan(_ path: String, progress: @escaping ConversionProgressHandler = { _ in }) throws
        -> PickleScan
    {
        try Python.start()
        let report = ProgressReport(progress)
        let reader = try SourceReader(path: path)
        try report.begin("Reading \(reader.name)", total: 2 * reader.bytes)
        let data = try reader.readAll { try report.report($0) }
        let name = try Python.string(reader.name)
        let json = try reader.reading(data) {
            try report.rethrowing(offset: reader.bytes) { try Python.call("scanning.scan", "scan", [data, name, $0]) }
        }
        return try json.withContent { content in
            do {
                return try JSONDecoder().decode(PickleScan.self, from: Data(content))
            } catch {
                throw ConversionError.internalFault("the findings of a scan cannot be decoded: \(error)")
            }
        }
    }
}
