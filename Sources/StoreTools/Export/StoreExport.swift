import FeatureStore
import Files
import Foundation
import HDF5

/// Writes what a store holds in forms that Python reads without this project.
public enum StoreExport {
    /// The forms.
    public enum Form: String, Sendable, CaseIterable {
        /// A pickle of protocol 4: a dictionary of strings, lists and NumPy arrays, for `pickle.load`.
        case pickle
        /// A NumPy archive of arrays, for `numpy.load`; it needs no pickle.
        case npz
    }

    /// Exports dialogues and features. Rows stream through; tables are held in memory. The store is checked first, and the
    /// output is written all or nothing.
    /// - Throws: ``StoreToolsError`` where nothing is selected or the output cannot be written; `StoreError` for a damaged
    ///   store.
    public static func write(
        _ selection: StoreSelection = StoreSelection(), of store: Store, to output: OutputPath, as form: Form
    ) throws {
        try output.refuseUnusable(inputs: [store.path])
        let part = try SelectedPart(selection, of: store)
        try store.verify()
        let content = try ExportContent(part)
        try replace(output) { file in
            switch form {
            case .pickle: try writePickle(content, part, to: file)
            case .npz: try writeArchive(content, part, to: file)
            }
        }
    }

    /// Writes a file, all or nothing.
    static func replace(_ output: OutputPath, contents: (OutputFile) throws -> Void) throws {
        do {
            try AtomicFile.replace(output.path, overwrites: output.overwrites) { temporary in
                let file = try OutputFile(creating: temporary)
                try contents(file)
                try file.close()
            }
        } catch let error as FilesError {
            // A temporary name means nothing to a user.
            throw StoreToolsError("cannot write '\(output.path)': \(error.reason)")
        }
    }

    // MARK: Pickle

    private static func writePickle(_ content: ExportContent, _ part: SelectedPart, to file: OutputFile) throws {
        let pickle = try PickleWriter(to: file)
        try pickle.dictionary {
            for (name, value) in content.entries {
                try pickle.text(name)
                try write(value, to: pickle)
            }
            try pickle.text("features")
            try pickle.dictionary {
                for (feature, value) in content.features {
                    try pickle.text(feature.name)
                    try write(value, to: pickle)
                }
            }
            try pickle.text("feature_info")
            try pickle.dictionary {
                for (feature, entries) in content.featureInformation {
                    try pickle.text(feature)
                    try pickle.dictionary {
                        for (key, value) in entries {
                            try pickle.text(key)
                            if let value { try write(value, to: pickle) } else { try pickle.none() }
                        }
                    }
                }
            }
            try pickle.text("targets")
            try pickle.dictionary {
                for target in content.targets {
                    try pickle.text(target.name)
                    try pickle.dictionary {
                        for (key, value) in target.entries {
                            try pickle.text(key)
                            try write(value, to: pickle)
                        }
                    }
                }
            }
        }
        try pickle.end()
    }

    private static func write(_ value: ExportValue, to pickle: PickleWriter) throws {
        switch value {
        case .text(let text): try pickle.text(text)
        case .texts(let texts): try pickle.texts(texts)
        case .integer(let number): try pickle.integer(Int(number))
        case .integers(let numbers):
            try pickle.array(type: "i8", shape: [numbers.count], itemBytes: 8) { file in
                try numbers.withUnsafeBytes { try file.write($0) }
            }
        case .numbers(let numbers):
            try pickle.array(type: "f8", shape: [numbers.count], itemBytes: 8) { file in
                try numbers.withUnsafeBytes { try file.write($0) }
            }
        case .rows(let part, let feature):
            try pickle.array(type: "f4", shape: [part.utteranceCount, feature.width], itemBytes: 4) { file in
                try part.forEachBlock(of: feature) { try file.write(UnsafeRawBufferPointer($0)) }
            }
        }
    }

    // MARK: NumPy archive

    private static func writeArchive(_ content: ExportContent, _ part: SelectedPart, to file: OutputFile) throws {
        let archive = ZipWriter(to: file)
        for (name, value) in content.entries { try write(value, name, to: archive) }
        for (feature, value) in content.features { try write(value, "features/\(feature.name)", to: archive) }
        for (feature, entries) in content.featureInformation {
            for case (let key, let value?) in entries {
                try write(value, "feature_info/\(feature)/\(key)", to: archive)
            }
        }
        for target in content.targets {
            for (key, value) in target.entries { try write(value, "targets/\(target.name)/\(key)", to: archive) }
        }
        try archive.finish()
    }

    private static func write(_ value: ExportValue, _ name: String, to archive: ZipWriter) throws {
        let member = name + ".npy"
        switch value {
        case .text(let text):
            let strings = NumPyStrings([text])
            try archive.addArray(member, type: "<U\(strings.width)", shape: [], itemBytes: 4 * strings.width) {
                try strings.write(to: $0)
            }
        case .texts(let texts):
            let strings = NumPyStrings(texts)
            try archive.addArray(member, type: "<U\(strings.width)", shape: [texts.count], itemBytes: 4 * strings.width)
            {
                try strings.write(to: $0)
            }
        case .integer(let number):
            try archive.addArray(member, type: "<i8", shape: [], itemBytes: 8) { write in
                try withUnsafeBytes(of: number.littleEndian) { try write($0) }
            }
        case .integers(let numbers):
            try archive.addArray(member, type: "<i8", shape: [numbers.count], itemBytes: 8) { write in
                try numbers.withUnsafeBytes { try write($0) }
            }
        case .numbers(let numbers):
            try archive.addArray(member, type: "<f8", shape: [numbers.count], itemBytes: 8) { write in
                try numbers.withUnsafeBytes { try write($0) }
            }
        case .rows(let part, let feature):
            try archive.addArray(member, type: "<f4", shape: [part.utteranceCount, feature.width], itemBytes: 4) {
                write in
                try part.forEachBlock(of: feature) { try write(UnsafeRawBufferPointer($0)) }
            }
        }
    }
}
