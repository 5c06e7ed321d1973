import FeatureStore
import Foundation
public import HDF5
import StoreValidation

/// One fault: how to plant it, and the finding it must give.
package struct FindingCase: Sendable {
    package var code: FindingCode
    /// Where the finding must be.
    package var place: String
    package var count = 1
    /// What its first example must begin with; nil for a finding without examples.
    package var example: String?
    /// Other errors and warnings that the same fault may bring along.
    package var alongside: Set<FindingCode> = []
    package var store = SyntheticStore()
    package var options = StoreWriterOptions(refusesNonFiniteValues: false)
    package var manifest: @Sendable (inout StoreManifest) -> Void = { _ in }
    package var rows: @Sendable (FeatureDescription, inout [Float]) -> Void = { _, _ in }
    /// Changes the written file through HDF5.
    package var file: (@Sendable (borrowing File) throws -> Void)?
    /// Changes the written file's bytes.
    package var bytes: (@Sendable (inout Data) -> Void)?

    /// Writes the store with its fault.
    package func plant(at path: String) throws {
        try store.write(to: path, options: options, changing: manifest, changingRows: rows)
        if let change = file {
            let file = try File(updating: path)
            try change(file)
            try file.close()
        }
        if let bytes {
            var content = try Data(contentsOf: URL(filePath: path))
            bytes(&content)
            try content.write(to: URL(filePath: path))
        }
    }

    /// What a change of data behind the writer's back always brings along.
    package static let changed: Set<FindingCode> = [.checksumMismatch, .contentMismatch, .noClosingChecksum]

    static func set<Value: Scalar>(_ path: String, _ row: Int, _ value: Value)
        -> @Sendable (borrowing File) throws -> Void
    {
        { try $0.openDataset(path).write(rows: row..<row + 1, from: [value]) }
    }

    static func name(_ path: String, _ row: Int, _ bytes: [UInt8]) -> @Sendable (borrowing File) throws -> Void {
        { file in
            let dataset = try file.openDataset(path)
            let size = dataset.elementType.size ?? 0
            try dataset.writeStringBytes(bytes + [UInt8](repeating: 0, count: size - bytes.count), rows: row..<row + 1)
        }
    }

    /// Replaces a dataset by another.
    static func replace<Value: Scalar>(_ path: String, _ values: [Value]) -> @Sendable (borrowing File) throws -> Void {
        { file in
            try file.delete(path)
            try file.write(values, to: path)
        }
    }

    /// Changes rows of the audio feature (7 values wide).
    static func audio(_ change: @escaping @Sendable (inout [Float]) -> Void)
        -> @Sendable (FeatureDescription, inout [Float]) -> Void
    {
        { feature, rows in if feature.name == "audio" { change(&rows) } }
    }
}
