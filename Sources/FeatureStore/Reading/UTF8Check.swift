extension UnsafeRawBufferPointer {
    /// Whether all bytes are ASCII, at the speed of memory.
    package var isASCII: Bool {
        let whole = count & ~7
        var high: UInt64 = 0
        for offset in stride(from: 0, to: whole, by: 8) {
            high |= loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        for offset in whole..<count { high |= UInt64(self[offset]) }
        return high & 0x8080_8080_8080_8080 == 0
    }

    /// Whether the bytes are valid UTF-8.
    package var isUTF8: Bool { isASCII || String(validating: self, as: UTF8.self) != nil }
}
