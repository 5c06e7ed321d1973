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
