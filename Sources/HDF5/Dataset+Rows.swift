internal import CHDF5

extension Dataset {
    /// The extent of the first dimension; 1 for a single value.
    public var rowCount: Int { shape.first ?? 1 }

    /// The elements in one row: the product of all extents but the first.
    public var rowElements: Int { shape.dropFirst().reduce(1, *) }

    /// Reads rows, converting to `Value` where the file holds another number type.
    /// - Parameters:
    ///   - rows: The rows to read, within the dataset.
    ///   - buffer: Room for exactly `rows.count` × ``rowElements`` values.
    public func read<Value: Scalar>(
        rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Value>
    ) throws(HDF5Error) {
        precondition(
            buffer.count == rows.count * rowElements, "a buffer of \(buffer.count) values for \(rows.count) rows")
        guard !buffer.isEmpty else { return }
        try transfer(rows: rows, "read") { space, memory, file in
            H5Dread(space, Value.scalarType.native, memory, file, shim_default(), buffer.baseAddress)
        }
    }

    /// Writes rows, converting where the file holds another number type.
    /// - Parameters:
    ///   - rows: The rows to write, within the dataset.
    ///   - values: Exactly `rows.count` × ``rowElements`` values.
    public func write<Value: Scalar>(rows: Range<Int>, from values: UnsafeBufferPointer<Value>) throws(HDF5Error) {
        precondition(values.count == rows.count * rowElements, "\(values.count) values for \(rows.count) rows")
        guard !values.isEmpty else { return }
        try transfer(rows: rows, "write") { dataset, memory, file in
            H5Dwrite(dataset, Value.scalarType.native, memory, file, shim_default(), values.baseAddress)
        }
    }

    /// Writes rows from an array; see ``write(rows:from:)-(_,UnsafeBufferPointer<Value>)``.
    public func write<Value: Scalar>(rows: Range<Int>, from values: [Value]) throws(HDF5Error) {
        precondition(values.count == rows.count * rowElements, "\(values.count) values for \(rows.count) rows")
        guard !values.isEmpty else { return }
        try transfer(rows: rows, "write") { dataset, memory, file in
            H5Dwrite(dataset, Value.scalarType.native, memory, file, shim_default(), values)
        }
    }

    /// Reads everything, row by row.
    /// - Throws: ``HDF5Error`` where the elements are no numbers, or the dataset claims more than its file can hold.
    public func readAll<Value: Scalar>(as type: Value.Type = Value.self) throws(HDF5Error) -> [Value] {
        try requirePlausibleSize()
        var values = [Value](repeating: .zero, count: count)
        guard count > 0 else { return values }
        _ = try Library.call(place("read")) {
            H5Dread(identifier, Value.scalarType.native, shim_all(), shim_all(), shim_default(), &values)
        }
        return values
    }

    /// Writes everything, row by row; `values` has ``count`` elements.
    public func writeAll<Value: Scalar>(_ values: [Value]) throws(HDF5Error) {
        precondition(values.count == count, "\(values.count) values for a dataset of \(count)")
        guard count > 0 else { return }
        _ = try Library.call(place("write")) {
            H5Dwrite(identifier, Value.scalarType.native, shim_all(), shim_all(), shim_default(), values)
        }
    }

    /// Reads the stored bytes of rows as they are: numbers in the file's byte order, strings with their filling.
    /// - Parameter buffer: Room for exactly `rows.count` × ``rowElements`` elements.
    /// - Throws: ``HDF5Error`` where elements have no fixed size.
    public func readStoredBytes(rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        guard let size = elementType.size else { throw place("read").error("its elements have no fixed size") }
        precondition(buffer.count == rows.count * rowElements * size, "a buffer of \(buffer.count) bytes")
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
        try readStored(rows: rows, into: start)
    }

    private func readStored(rows: Range<Int>, into start: UnsafeMutableRawPointer) throws(HDF5Error) {
        let type = try OwnedIdentifier(.datatype, place("read")) { H5Dget_type(identifier) }
        try transfer(rows: rows, "read") { dataset, memory, file in
            H5Dread(dataset, type.value, memory, file, shim_default(), start)
        }
    }

    /// Writes rows of fixed-length strings, given as their bytes with the filling.
    public func writeStringBytes(_ bytes: [UInt8], rows: Range<Int>) throws(HDF5Error) {
        guard case .string(let size) = elementType else { throw place("write").error("it does not hold strings") }
        precondition(bytes.count == rows.count * rowElements * size, "\(bytes.count) bytes for \(rows.count) rows")
        guard !bytes.isEmpty else { return }
        let type = try OwnedIdentifier(.datatype, place("write")) { H5Dget_type(identifier) }
        try transfer(rows: rows, "write") { dataset, memory, file in
            H5Dwrite(dataset, type.value, memory, file, shim_default(), bytes)
        }
    }

    /// Reads fixed-length strings as the bytes before their filling.
    package func readStringBytes() throws(HDF5Error) -> [[UInt8]] {
        guard case .string(let size) = elementType else {
            throw place("read").error("it does not hold strings of fixed length")
        }
        try requirePlausibleSize()
        var bytes = [UInt8](repeating: 0, count: count * size)
        if !bytes.isEmpty { try readStored(rows: 0..<rowCount, into: &bytes) }
        return (0..<count).map { Array(bytes[$0 * size..<($0 + 1) * size].prefix { $0 != 0 }) }
    }

    /// Reads fixed-length strings.
    /// - Throws: ``HDF5Error`` where one is not UTF-8.
    public func readStrings() throws(HDF5Error) -> [String] {
        var strings: [String] = []
        for (row, bytes) in try readStringBytes().enumerated() {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw place("read").error("row \(row) is not valid UTF-8")
            }
            strings.append(text)
        }
        return strings
    }

    /// Runs one transfer between memory and a range of rows.
    private func transfer(
        rows: Range<Int>, _ operation: String, _ body: (_ dataset: Int64, _ memory: Int64, _ file: Int64) -> Int32
    ) throws(HDF5Error) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows \(rows) of \(rowCount)")
        let place = place(operation)
        guard !shape.isEmpty else {
            _ = try Library.call(place) { body(identifier, shim_all(), shim_all()) }
            return
        }
        let start = [UInt64(rows.lowerBound)] + shape.dropFirst().map { _ in 0 }
        let extent = [UInt64(rows.count)] + shape.dropFirst().map(UInt64.init)
        let file = try OwnedIdentifier(.dataspace, place) { H5Dget_space(identifier) }
        _ = try Library.call(place) { H5Sselect_hyperslab(file.value, H5S_SELECT_SET, start, nil, extent, nil) }
        let memory = try OwnedIdentifier(.dataspace, place) { H5Screate_simple(Int32(extent.count), extent, nil) }
        _ = try Library.call(place) { body(identifier, memory.value, file.value) }
    }
}
