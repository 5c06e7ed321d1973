import Files

/// Writes a pickle of protocol 4: strings, whole numbers, lists, tuples, dictionaries, and arrays as NumPy pickles them. Nothing
/// is memoised, so any number of values streams through.
struct PickleWriter {
    private let file: OutputFile

    /// Begins a pickle.
    init(to file: OutputFile) throws(FilesError) {
        self.file = file
        try file.write([0x80, 4])  // PROTO 4
    }

    /// Ends the pickle: its value is the last one written.
    func end() throws(FilesError) {
        try code(".")
    }

    func text(_ text: String) throws(FilesError) {
        let bytes = Array(text.utf8)
        // SHORT_BINUNICODE, BINUNICODE
        try file.write(
            bytes.count < 256 ? [0x8C, UInt8(bytes.count)] : [0x58] + littleEndianBytes(UInt32(bytes.count)))
        try file.write(bytes)
    }

    func integer(_ value: Int) throws(FilesError) {
        if let small = Int32(exactly: value) {
            try file.write([0x4A] + littleEndianBytes(small))  // BININT
        } else {
            try file.write([0x8A, 8] + littleEndianBytes(Int64(value)))  // LONG1
        }
    }

    func none() throws(FilesError) {
        try code("N")
    }

    /// A list; what `item` writes becomes its items.
    func list(count: Int, item: (Int) throws -> Void) throws {
        try code("]")
        for start in stride(from: 0, to: count, by: 1000) {
            try code("(")
            for index in start..<min(start + 1000, count) { try item(index) }
            try code("e")  // APPENDS
        }
    }

    func texts(_ texts: [String]) throws {
        try list(count: texts.count) { try text(texts[$0]) }
    }

    func integers(_ values: some Collection<Int>) throws {
        var rest = values[...]
        try list(count: values.count) { _ in try integer(rest.removeFirst()) }
    }

    /// A tuple; what `items` writes becomes its items.
    func tuple(items: () throws -> Void) throws {
        try code("(")
        try items()
        try code("t")
    }

    /// A dictionary of any size; `item` writes a key and its value.
    func dictionary(count: Int, item: (Int) throws -> Void) throws {
        try code("}")
        for start in stride(from: 0, to: count, by: 1000) {
            try code("(")
            for index in start..<min(start + 1000, count) { try item(index) }
            try code("u")  // SETITEMS
        }
    }

    /// A dictionary; `items` writes key, value, key, value.
    func dictionary(items: () throws -> Void) throws {
        try code("}(")
        try items()
        try code("u")  // SETITEMS
    }

    /// A little-endian array.
    /// - Parameters:
    ///   - type: Its kind and size in bytes, for example "f4".
    ///   - data: Writes exactly the bytes of all elements, row by row.
    func array(type: String, shape: [Int], itemBytes: Int, data: (OutputFile) throws -> Void) throws {
        // numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), b'b'); NumPy 2 knows the older module name too.
        try global("numpy.core.multiarray", "_reconstruct")
        try global("numpy", "ndarray")
        try file.write([0x4B, 0, 0x85, 0x43, 1] + Array("b".utf8) + [0x87])  // BININT1 0, TUPLE1, b'b', TUPLE3
        try code("R(")
        // State: version 1, shape, type, not Fortran order, bytes.
        try file.write([0x4B, 1])
        try code("(")
        for extent in shape { try integer(extent) }
        try code("t")
        try global("numpy", "dtype")
        try text(type)
        try file.write([0x89, 0x88, 0x87])  // False, True, TUPLE3
        try code("R(")
        try file.write([0x4B, 3])
        try text("<")
        try code("NNN")
        try integer(-1)
        try integer(-1)
        try file.write([0x4B, 0])
        try code("tb")
        try file.write([0x89])
        let bytes = shape.reduce(itemBytes, *)
        try file.write([0x8E] + littleEndianBytes(UInt64(bytes)))  // BINBYTES8
        let start = file.count
        try data(file)
        precondition(file.count - start == bytes, "\(file.count - start) bytes written for an array of \(bytes)")
        try code("tb")  // TUPLE, BUILD
    }

    private func global(_ module: String, _ name: String) throws(FilesError) {
        try text(module)
        try text(name)
        try file.write([0x93])  // STACK_GLOBAL
    }

    private func code(_ codes: String) throws(FilesError) {
        try file.write(Array(codes.utf8))
    }
}
