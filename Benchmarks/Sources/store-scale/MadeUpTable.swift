import Foundation

/// A manifest of utterances in dialogues of 20 and a `.npy` matrix for each modality, made from a counter.
struct MadeUpTable {
    let utterances: Int
    let folder: String
    let isJSON: Bool

    /// Text 256, audio 128, visual 64: 1.8 KB an utterance.
    private static let widths = [("text", 256), ("audio", 128), ("visual", 64)]

    var manifest: String { folder + (isJSON ? "/list.jsonl" : "/list.csv") }

    /// What `vuemo convert table` is told besides the manifest.
    var options: [String] { Self.widths.flatMap { ["--\($0.0)", matrix($0.0)] } }

    private func matrix(_ name: String) -> String { "\(folder)/\(name).npy" }

    func write() throws {
        try writeManifest()
        for (name, width) in Self.widths { try writeMatrix(matrix(name), width: width) }
    }

    private func writeManifest() throws {
        try withStream(manifest) { stream in
            if !isJSON { fputs("dialogue,utterance,speaker,label,split,text\n", stream) }
            for index in 0..<utterances {
                let split =
                    index / 20 * 10 < utterances / 20 * 8
                    ? "train" : index / 20 * 10 < utterances / 20 * 9 ? "valid" : "test"
                let text = "What was said in utterance \(index), and why it matters."
                let line =
                    isJSON
                    ? #"{"dialogue": "d\#(index / 20)", "utterance": "u\#(index)", "speaker": "speaker \#(index % 2)", "label": "class \#(index % 7)", "split": "\#(split)", "text": "\#(text)"}"#
                    : "d\(index / 20),u\(index),speaker \(index % 2),class \(index % 7),\(split),\"\(text)\""
                fputs(line + "\n", stream)
            }
        }
    }

    private func writeMatrix(_ path: String, width: Int) throws {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(utterances), \(width)), }"
        header += String(repeating: " ", count: 64 - (11 + header.utf8.count) % 64) + "\n"
        try withStream(path) { stream in
            let start: [UInt8] =
                [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
            fwrite(start, 1, start.count, stream)
            fputs(header, stream)
            var state: UInt64 = 1
            var row = [Float](repeating: 0, count: width)
            for _ in 0..<utterances {
                for column in 0..<width {
                    // xorshift64
                    state ^= state << 13
                    state ^= state >> 7
                    state ^= state << 17
                    row[column] = Float(Int32(truncatingIfNeeded: state)) * 4.6566e-10
                }
                fwrite(row, 4, width, stream)
            }
        }
    }

    private func withStream(_ path: String, _ body: (UnsafeMutablePointer<FILE>) -> Void) throws {
        guard let stream = fopen(path, "wb") else {
            throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        body(stream)
        let isBad = ferror(stream) != 0
        guard fclose(stream) == 0, !isBad else {
            throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}
