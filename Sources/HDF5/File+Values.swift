internal import CHDF5

extension File {
    /// Reads a dataset of any number type as `Float`, row by row.
    public func readFloats(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [Float]) {
        let dataset = try openDataset(path)
        return (dataset.shape, try dataset.readAll())
    }

    /// Reads a dataset of any number type as `Int`, row by row.
    package func readIntegers(_ path: String) throws(HDF5Error) -> (shape: [Int], values: [Int]) {
        let dataset = try openDataset(path)
        return (dataset.shape, try dataset.readAll())
    }

    /// Reads a dataset of fixed-length strings.
    public func readStrings(_ path: String) throws(HDF5Error) -> [String] {
        try openDataset(path).readStrings()
    }

    /// Creates a float32 dataset, and the groups above it that are missing, and writes it.
    /// - Parameter values: As many values as the product of `shape`, row by row.
    public func writeFloats(
        _ path: String, shape: [Int], values: UnsafeBufferPointer<Float>
    ) throws(HDF5Error) {
        let dataset = try createDataset(path, type: .float32, shape: shape)
        precondition(values.count == dataset.count, "\(values.count) values for shape \(shape)")
        guard !shape.isEmpty else { return try dataset.writeAll(Array(values)) }
        try dataset.write(rows: 0..<shape[0], from: values)
    }

    /// Creates a dataset of `values`' own number type, and the groups above it that are missing, and writes it.
    public func write<Value: Scalar>(_ values: [Value], to path: String, shape: [Int]? = nil) throws(HDF5Error) {
        let dataset = try createDataset(path, type: Value.scalarType, shape: shape ?? [values.count])
        try dataset.writeAll(values)
    }

    /// Creates an int64 dataset, and the groups above it that are missing, and writes it.
    package func writeIntegers(_ path: String, shape: [Int], values: [Int]) throws(HDF5Error) {
        try write(values, to: path, shape: shape)
    }

    /// Creates a dataset of UTF-8 strings, each as long as the longest, and writes it.
    /// - Throws: ``HDF5Error``, also where a string contains a zero byte.
    public func writeStrings(_ strings: [String], to path: String) throws(HDF5Error) {
        let place = Place(operation: "write", file: file, object: absolute(path))
        let size = max(1, strings.reduce(0) { max($0, $1.utf8.count) })
        var bytes = [UInt8](repeating: 0, count: size * strings.count)
        for (row, string) in strings.enumerated() {
            for (column, byte) in string.utf8.enumerated() {
                guard byte != 0 else { throw place.error("string \(row) contains a zero byte") }
                bytes[row * size + column] = byte
            }
        }
        let dataset = try createStringDataset(path, bytes: size, shape: [strings.count])
        try dataset.writeStringBytes(bytes, rows: 0..<strings.count)
    }
}

/// Any object, opened only for its attributes.
private struct AnyObjectHandle: ~Copyable, HDF5Object {
    let owned: OwnedIdentifier
    let file: String
    let path: String
    var identifier: Int64 { owned.value }
}

extension File {
    private func object(_ path: String) throws(HDF5Error) -> AnyObjectHandle {
        let place = Place(operation: "open", file: file, object: absolute(path))
        let owned = try OwnedIdentifier(.object, place) { H5Oopen(identifier, absolute(path), shim_default()) }
        return AnyObjectHandle(owned: owned, file: file, path: absolute(path))
    }

    /// Whether the object at a path (`"/"` for the root) has an attribute.
    public func hasAttribute(_ name: String, of path: String) -> Bool {
        guard let object = try? object(path) else { return false }
        return object.hasAttribute(name)
    }

    /// Reads a string attribute, of fixed or variable length.
    public func readString(attribute: String, of path: String) throws(HDF5Error) -> String {
        try object(path).readString(attribute: attribute)
    }

    /// Reads an attribute that holds one number.
    package func readFloat(attribute: String, of path: String) throws(HDF5Error) -> Float {
        try object(path).readScalar(attribute: attribute)
    }

    /// Reads an attribute of any shape as numbers, row by row.
    public func readFloats(attribute: String, of path: String) throws(HDF5Error) -> [Float] {
        try object(path).readScalars(attribute: attribute)
    }

    /// Reads an attribute that holds one number.
    public func readDouble(attribute: String, of path: String) throws(HDF5Error) -> Double {
        try object(path).readScalar(attribute: attribute)
    }

    /// Reads an attribute that holds one whole number.
    public func readInteger(attribute: String, of path: String) throws(HDF5Error) -> Int {
        try object(path).readScalar(attribute: attribute)
    }

    /// Writes a string attribute of fixed length.
    public func writeString(attribute: String, of path: String, value: String) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }

    /// Writes an attribute that holds one 64-bit whole number.
    public func writeInteger(attribute: String, of path: String, value: Int) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }

    /// Writes an attribute that holds one 32-bit number.
    package func writeFloat(attribute: String, of path: String, value: Float) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }

    /// Writes an attribute that holds one 64-bit number.
    public func writeDouble(attribute: String, of path: String, value: Double) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }
}
