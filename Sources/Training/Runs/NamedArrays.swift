import FeatureStore
import HDF5
import NeuralNetworks

/// Groups of named float32 datasets in HDF5 files, each with its CRC-32 beside it: libhdf5 leaves raw data without checksums.
enum NamedArrays {
    /// The attribute that finds a flipped bit.
    static let checksumAttribute = "crc32"

    /// Writes `values`, as many as the product of `shape`, as `group/name`.
    /// - Throws: `TrainingError` where a value is NaN or infinite; `HDF5Error` where the file cannot be written.
    static func write(
        _ values: UnsafeMutableBufferPointer<Float>, name: String, shape: [Int], to group: String,
        of file: borrowing File
    ) throws {
        let path = group + "/" + name
        guard UnsafeBufferPointer(values).allFinite else {
            throw TrainingError(
                .numerics,
                "no checkpoint was written, because \(path) holds NaN or infinity; lower optimizer.learningRate and train again."
            )
        }
        try file.writeFloats(path, shape: shape, values: UnsafeBufferPointer(values))
        try file.writeInteger(attribute: checksumAttribute, of: path, value: checksum(UnsafeRawBufferPointer(values)))
    }

    /// Every array of a group by name. Files of other programs may lack the checksums.
    /// - Throws: `TrainingError` where there is no such group, or an array is damaged or holds NaN or infinity; `HDF5Error` where one cannot be read.
    static func read(_ group: String, of file: borrowing File) throws -> [String: (shape: [Int], values: [Float])] {
        guard file.exists(group) else {
            throw TrainingError(
                .checkpoint,
                "\(file.file) has no group \(group); give a checkpoint, or an HDF5 file with parameters named as in PyTorch."
            )
        }
        var arrays: [String: (shape: [Int], values: [Float])] = [:]
        for name in try file.memberNames(of: group) {
            let path = group + "/" + name
            let array = try file.readFloats(path)
            if file.hasAttribute(checksumAttribute, of: path) {
                let expected = try file.readInteger(attribute: checksumAttribute, of: path)
                guard array.values.withUnsafeBytes(checksum) == expected else { throw damaged(file.file, path) }
            }
            guard array.values.withUnsafeBufferPointer(\.allFinite) else {
                throw TrainingError(
                    .numerics,
                    "\(file.file): \(path) holds NaN or infinity, and a model cannot start from that; give another checkpoint or "
                        + "parameter file.")
            }
            arrays[name] = array
        }
        return arrays
    }

    /// Writes a dataset with its checksum.
    static func writeChecked<Value: Scalar>(_ values: [Value], to path: String, of file: borrowing File) throws {
        try file.write(values, to: path)
        try file.writeInteger(attribute: checksumAttribute, of: path, value: values.withUnsafeBytes(checksum))
    }

    /// Reads what `writeChecked` wrote.
    static func readChecked<Value: Scalar>(_ path: String, of file: borrowing File) throws -> [Value] {
        let values: [Value] = try file.openDataset(path).readAll()
        guard try values.withUnsafeBytes(checksum) == file.readInteger(attribute: checksumAttribute, of: path) else {
            throw damaged(file.file, path)
        }
        return values
    }

    static func damaged(_ file: String, _ path: String) -> TrainingError {
        TrainingError(
            .checkpoint,
            "\(file) is damaged: \(path) does not match its checksum; go back to another copy or checkpoint.")
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> Int {
        var checksum = CRC32()
        checksum.update(bytes)
        return Int(checksum.value)
    }
}
