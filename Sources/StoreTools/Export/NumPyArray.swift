extension ZipWriter {
    /// Writes an array as a `.npy` member: NumPy's header of format 1.0, then the elements row by row.
    func addArray(
        _ name: String, type: String, shape: [Int], itemBytes: Int,
        data: (@escaping ByteReceiver) throws -> Void
    ) throws {
        let header = Self.arrayHeader(type: type, shape: shape)
        try add(name, bytes: header.count + shape.reduce(itemBytes, *)) { write in
            try header.withUnsafeBytes { try write($0) }
            try data(write)
        }
    }

    /// Makes room for an array whose elements come little by little.
    func reserveArray(_ name: String, type: String, shape: [Int], itemBytes: Int) throws -> Slot {
        let header = Self.arrayHeader(type: type, shape: shape)
        let slot = try reserve(name, bytes: header.count + shape.reduce(itemBytes, *))
        try header.withUnsafeBytes { try fill(slot, $0) }
        return slot
    }

    private static func arrayHeader(type: String, shape: [Int]) -> [UInt8] {
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
        // The header with its ten bytes before it ends at a multiple of 64.
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0] + littleEndianBytes(UInt16(text.utf8.count)) + Array(text.utf8)
    }
}

/// Strings as NumPy keeps them: each as many UTF-32 values as the longest has, filled up with zeros.
struct NumPyStrings {
    private let strings: [String]
    /// The values of one string, at least one.
    let width: Int

    init(_ strings: [String]) {
        self.strings = strings
        width = max(1, strings.reduce(0) { max($0, $1.unicodeScalars.count) })
    }

    /// Hands the bytes over, about a megabyte at a time.
    func write(to receiver: ByteReceiver) throws {
        let step = max(1, (1 << 18) / width)
        var values = [UInt32](repeating: 0, count: step * width)
        for start in stride(from: 0, to: strings.count, by: step) {
            let end = min(start + step, strings.count)
            for index in values.indices { values[index] = 0 }
            for row in start..<end {
                for (column, scalar) in strings[row].unicodeScalars.enumerated() {
                    values[(row - start) * width + column] = scalar.value.littleEndian
                }
            }
            try values.withUnsafeBytes {
                try receiver(UnsafeRawBufferPointer(rebasing: $0[..<(4 * (end - start) * width)]))
            }
        }
    }
}
