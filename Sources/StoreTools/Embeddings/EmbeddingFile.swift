import FeatureStore
import Files
import HDF5

/// A file with rows of numbers for some utterances of a store, and who they are. Rows come piece by piece and are not kept.
public enum EmbeddingFile {
    /// The forms.
    public enum Form: String, Sendable, CaseIterable {
        /// Datasets `dialogue`, `utterance`, `speaker` and `gold`, and one for each stage in the group `stages`.
        case hdf5
        /// A NumPy archive of the same arrays.
        case npz
    }

    /// What the rows are of.
    public struct Content {
        /// The store.
        public var store: Store
        /// The dialogues whose utterances have rows, in the order of the rows.
        public var dialogues: [Int]
        /// The name of each stage and the numbers of one row.
        public var stages: [(name: String, width: Int)]
        /// What the file says of itself: attributes of the HDF5 file, or arrays of one text each.
        public var origin: [(name: String, text: String)]

        /// The content of a file; see the properties.
        public init(
            store: Store, dialogues: [Int], stages: [(name: String, width: Int)], origin: [(name: String, text: String)]
        ) {
            (self.store, self.dialogues, self.stages, self.origin) = (store, dialogues, stages, origin)
        }

        fileprivate var utterances: Int { dialogues.reduce(0) { $0 + store.dialogues[$1].range.count } }

        /// The columns of names, each made when it is asked for.
        fileprivate var columns: [(name: String, make: () -> StringColumn)] {
            func column(_ name: @escaping (StoreDialogue, Int) -> String) -> () -> StringColumn {
                {
                    var column = StringColumn()
                    for dialogue in dialogues.lazy.map({ store.dialogues[$0] }) {
                        for utterance in dialogue.range { column.append(name(dialogue, utterance)) }
                    }
                    return column
                }
            }
            return [
                ("dialogue", column { dialogue, _ in dialogue.id }),
                ("utterance", column { store.utteranceIDs[$1] }),
                ("speaker", column { store.speakerNames[Int(store.speakers[$1])] }),
                ("gold", column { store.labels[$1] < 0 ? "" : store.labelNames[Int(store.labels[$1])] }),
            ]
        }
    }

    /// Writes a file, all or nothing.
    /// - Parameter next: The rows of every stage for some more utterances; nil behind the last.
    /// - Throws: `StoreToolsError` where the file cannot be written; what `next` throws.
    public static func write(
        _ content: Content, to output: OutputPath, as form: Form, next: () throws -> [[Float]]?
    ) throws {
        try output.refuseUnusable(inputs: [content.store.path])
        do {
            try AtomicFile.replace(output.path, overwrites: output.overwrites) { temporary in
                switch form {
                case .hdf5: try writeHDF5(content, to: temporary, next)
                case .npz: try writeArchive(content, to: temporary, next)
                }
            }
        } catch let error as FilesError {
            // A temporary name means nothing to a user.
            throw StoreToolsError("cannot write '\(output.path)': \(error.reason)")
        } catch let error as HDF5Error where error.operation == "write" || error.operation == "create" {
            throw StoreToolsError("cannot write '\(output.path)': \(error.message)")
        }
    }

    /// So many names are written at once.
    private static let namesAtOnce = 1 << 16

    private static func writeHDF5(_ content: Content, to path: String, _ next: () throws -> [[Float]]?) throws {
        let file = try File(creating: path)
        for (name, text) in content.origin { try file.writeString(attribute: name, of: "/", value: text) }
        for (name, make) in content.columns {
            let names = make()
            let width = max(1, names.longest)
            let dataset = try file.createStringDataset(name, bytes: width, shape: [names.count])
            for start in stride(from: 0, to: names.count, by: namesAtOnce) {
                let rows = start..<min(start + namesAtOnce, names.count)
                var bytes = [UInt8](repeating: 0, count: rows.count * width)
                for row in rows {
                    names.withUTF8(row) { name in
                        for (place, byte) in name.enumerated() { bytes[(row - start) * width + place] = byte }
                    }
                }
                try dataset.writeStringBytes(bytes, rows: rows)
            }
        }
        // Written early, so that a disk that is too small is found before anything is computed.
        for (name, width) in content.stages {
            _ = try file.createDataset("stages/" + name, type: .float32, shape: [content.utterances, width])
        }
        var row = 0
        while let piece = try next() {
            let count = piece[0].count / max(1, content.stages[0].width)
            for ((name, _), values) in zip(content.stages, piece) {
                try file.openDataset("stages/" + name).write(rows: row..<row + count, from: values)
            }
            row += count
        }
        precondition(row == content.utterances, "\(row) rows for \(content.utterances) utterances")
        try file.close()
    }

    private static func writeArchive(_ content: Content, to path: String, _ next: () throws -> [[Float]]?) throws {
        let file = try OutputFile(creating: path)
        let archive = ZipWriter(to: file)
        for (name, text) in content.origin { try archive.addStrings(NumPyStrings([text]), name, shape: []) }
        for (name, make) in content.columns {
            let names = make()
            try archive.addStrings(NumPyStrings(Array(names)), name, shape: [names.count])
        }
        let slots = try content.stages.map { name, width in
            try archive.reserveArray(
                "stages/\(name).npy", type: "<f4", shape: [content.utterances, width], itemBytes: 4)
        }
        while let piece = try next() {
            for (slot, values) in zip(slots, piece) { try values.withUnsafeBytes { try archive.fill(slot, $0) } }
        }
        for slot in slots { try archive.complete(slot) }
        try archive.finish()
        try file.close()
    }
}

extension ZipWriter {
    /// Writes an array of strings.
    fileprivate func addStrings(_ strings: NumPyStrings, _ name: String, shape: [Int]) throws {
        try addArray("\(name).npy", type: "<U\(strings.width)", shape: shape, itemBytes: 4 * strings.width) {
            try strings.write(to: $0)
        }
    }
}
