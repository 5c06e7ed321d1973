/// What is wrong with bytes that describe an object.
struct HeaderFault: Error {
    /// In one clause that goes on after "its header cannot be read: ".
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Bytes of a file that are taken one after the other, never past their end.
struct HeaderBytes {
    private var rest: ArraySlice<UInt8>
    /// What the bytes are, for errors: "its dataspace".
    let what: String

    init(_ bytes: ArraySlice<UInt8>, _ what: String) {
        self.rest = bytes
        self.what = what
    }

    /// How many bytes are left.
    var count: Int { rest.count }

    /// Takes so many bytes.
    mutating func take(_ count: some BinaryInteger) throws(HeaderFault) -> ArraySlice<UInt8> {
        guard let count = Int(exactly: count), count >= 0, count <= rest.count else {
            throw HeaderFault("\(what) is longer than the room that is given for it")
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Passes over so many bytes.
    mutating func skip(_ count: some BinaryInteger) throws(HeaderFault) { _ = try take(count) }

    /// Takes a little-endian number of so many bytes, at most 8.
    mutating func number(_ bytes: Int) throws(HeaderFault) -> UInt64 {
        try take(bytes).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func byte() throws(HeaderFault) -> UInt8 { UInt8(try number(1)) }
    mutating func short() throws(HeaderFault) -> Int { Int(try number(2)) }

    /// Takes a byte that must have a value.
    mutating func version(_ known: ClosedRange<UInt8>) throws(HeaderFault) -> UInt8 {
        let version = try byte()
        guard known.contains(version) else { throw HeaderFault("\(what) is of version \(version), which is not read") }
        return version
    }

    /// Takes text up to a zero byte, which must be there, and what fills it up to a multiple of so many bytes.
    mutating func text(filledTo multiple: Int = 1) throws(HeaderFault) {
        guard let end = rest.firstIndex(of: 0) else { throw HeaderFault("\(what) holds a name that does not end") }
        let count = end - rest.startIndex + 1
        try skip((count + multiple - 1) / multiple * multiple)
    }
}
