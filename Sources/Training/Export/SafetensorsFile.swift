import Files
import Foundation
import Tensors

/// Files of safetensors: the length of a header, the header as JSON, and behind it the numbers of all tensors, end to end.
enum SafetensorsFile {
    /// One tensor.
    struct Entry {
        let name: String
        let shape: [Int]
        /// As many numbers as the product of the shape.
        let values: Tensor
        /// Whether the numbers are whole and written as int64 instead of float32.
        let isInteger: Bool

        fileprivate var bytes: Int { values.count * (isInteger ? 8 : 4) }
        fileprivate var type: String { isInteger ? "I64" : "F32" }
    }

    /// Writes a file that does not exist yet.
    /// - Parameter metadata: What a reader gets beside the tensors.
    /// - Throws: `FilesError`.
    static func write(_ entries: [Entry], metadata: [(String, String)], to path: String) throws(FilesError) {
        // The larger numbers first: so all of them are aligned in memory.
        let sorted = entries.filter(\.isInteger) + entries.filter { !$0.isInteger }
        let pairs = metadata.map { "\(quoted($0)):\(quoted($1))" }
        var parts = ["\"__metadata__\":{\(pairs.joined(separator: ","))}"]
        var offset = 0
        for entry in sorted {
            let shape = entry.shape.map(String.init).joined(separator: ",")
            parts.append(
                "\(quoted(entry.name)):{\"dtype\":\"\(entry.type)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(offset + entry.bytes)]}")
            offset += entry.bytes
        }
        var header = Array("{\(parts.joined(separator: ","))}".utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        let file = try OutputFile(creating: path)
        try file.write(withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) })
        try file.write(header)
        for entry in sorted {
            if entry.isInteger {
                for value in entry.values.values {
                    try file.write(withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) })
                }
            } else {
                try file.write(UnsafeRawBufferPointer(entry.values.values))
            }
        }
        try file.close()
    }
}
