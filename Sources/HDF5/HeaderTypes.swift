/// The shape in a header: of a dataset, or of an attribute's value.
struct Dataspace {
    /// The extent of each dimension, and what each may grow to (`UInt64.max` for no end).
    let extents, limits: [UInt64]
    /// The product of the extents; 0 where there is no value.
    let elements: UInt64

    init(_ body: inout HeaderBytes) throws(HeaderFault) {
        let version = try body.version(1...2)
        let rank = Int(try body.byte())
        guard rank <= 32 else { throw HeaderFault("\(body.what) has \(rank) dimensions") }
        let flags = try body.byte()
        // A single value, an array, or nothing.
        let kind = try body.byte()
        if version == 1 { try body.skip(4) }
        guard flags & ~1 == 0, version == 1 || kind <= 2, (version == 2 && kind != 1) ? rank == 0 : true else {
            throw HeaderFault("\(body.what) is of no known kind")
        }
        var extents: [UInt64] = []
        for _ in 0..<rank { extents.append(try body.number(8)) }
        var limits = extents
        if flags & 1 != 0 { for axis in 0..<rank { limits[axis] = try body.number(8) } }
        guard zip(extents, limits).allSatisfy({ $0 <= $1 && $0 != .max }) else {
            throw HeaderFault("\(body.what) is larger than it may become")
        }
        self.extents = extents
        self.limits = limits
        elements = version == 2 && kind == 2 ? 0 : try product(extents, of: body.what)
    }
}

private func product(_ numbers: some Sequence<UInt64>, of what: String) throws(HeaderFault) -> UInt64 {
    var product: UInt64 = 1
    for number in numbers {
        let (next, overflow) = product.multipliedReportingOverflow(by: number)
        guard !overflow else { throw HeaderFault("\(what) is of more elements than can be counted") }
        product = next
    }
    return product
}

/// Reads the description of a type; gives the size of one element in bytes.
func datatypeSize(_ body: inout HeaderBytes, depth: Int = 0) throws(HeaderFault) -> Int {
    guard depth < 16 else { throw HeaderFault("\(body.what) has types within types without end") }
    let first = try body.byte()
    let (version, kind) = (first >> 4, first & 0x0f)
    let bits = try body.number(3)
    let size = try body.number(4)
    guard (1...5).contains(version) else {
        throw HeaderFault("\(body.what) is of version \(version), which is not read")
    }
    guard size > 0 else { throw HeaderFault("\(body.what) has elements of no bytes") }
    // Before version 3 names are filled up.
    let filled = version < 3 ? 8 : 1
    switch kind {
    case 0, 1, 4:
        // Integers, floating point, bits.
        let (offset, precision) = (try body.short(), try body.short())
        guard precision > 0, UInt64(offset + precision) <= 8 * size else {
            throw HeaderFault("\(body.what) has more bits than its elements")
        }
        guard kind == 1 else { break }
        let (exponent, exponentBits) = (Int(try body.byte()), Int(try body.byte()))
        let (mantissa, mantissaBits) = (Int(try body.byte()), Int(try body.byte()))
        try body.skip(4)
        guard exponentBits > 0, mantissaBits > 0, exponent + exponentBits <= offset + precision,
            mantissa + mantissaBits <= offset + precision, Int(bits >> 8 & 0xff) < offset + precision,
            exponent >= mantissa + mantissaBits || mantissa >= exponent + exponentBits, exponentBits <= 32,
            mantissaBits <= 128
        else { throw HeaderFault("\(body.what) is floating point whose parts do not fit into it") }
    case 2: try body.skip(2)
    case 3, 7: break
    case 5:
        let tag = Int(bits & 0xff)
        try body.skip(tag)
    case 6:
        // Fields, each with a name and an offset of as few bytes as hold the size.
        let width = version < 3 ? 4 : (64 - size.leadingZeroBitCount + 7) / 8
        guard bits & 0xffff > 0 else { throw HeaderFault("\(body.what) has no fields") }
        for _ in 0..<(bits & 0xffff) {
            try body.text(filledTo: filled)
            let offset = try body.number(width)
            var elements: UInt64 = 1
            if version == 1 {
                // Arrays within a field, up to four extents.
                let rank = Int(try body.byte())
                guard rank <= 4 else { throw HeaderFault("\(body.what) has arrays of \(rank) dimensions") }
                try body.skip(11)
                for axis in 0..<4 {
                    let extent = try body.number(4)
                    if axis < rank { elements = try product([elements, extent], of: body.what) }
                }
            }
            let field = try product([elements, UInt64(datatypeSize(&body, depth: depth + 1))], of: body.what)
            guard offset <= size, field <= size - offset else {
                throw HeaderFault("\(body.what) has a field outside of its elements")
            }
        }
    case 8:
        guard try UInt64(datatypeSize(&body, depth: depth + 1)) == size else {
            throw HeaderFault("\(body.what) has names for values of another size")
        }
        for _ in 0..<(bits & 0xffff) { try body.text(filledTo: filled) }
        try body.skip((bits & 0xffff) * size)
    case 9: _ = try datatypeSize(&body, depth: depth + 1)
    case 10:
        let rank = Int(try body.byte())
        guard (1...32).contains(rank) else { throw HeaderFault("\(body.what) has arrays of \(rank) dimensions") }
        if version < 3 { try body.skip(3) }
        var extents: [UInt64] = []
        for _ in 0..<rank { extents.append(try body.number(4)) }
        if version < 3 { try body.skip(4 * rank) }
        extents.append(UInt64(try datatypeSize(&body, depth: depth + 1)))
        guard try product(extents, of: body.what) == size else {
            throw HeaderFault("\(body.what) has arrays of another size than its elements")
        }
    default: throw HeaderFault("\(body.what) is of kind \(kind), which is not read")
    }
    return Int(size)
}

/// Where and how a dataset's bytes lie.
enum StorageLayout: Equatable {
    case compact(bytes: Int)
    case contiguous(address: UInt64, bytes: UInt64)
    /// `fixedArray` is where the list of chunks lies that is as long as the dataset has chunks, where it has one.
    case chunked(extents: [UInt64], fixedArray: UInt64?)
    case virtual

    init(_ body: inout HeaderBytes, end: UInt64) throws(HeaderFault) {
        let version = try body.version(1...4)
        guard version > 2 else {
            self = try Self.old(&body, end: end)
            return
        }
        switch try body.byte() {
        case 0:
            let bytes = try body.short()
            try body.skip(bytes)
            self = .compact(bytes: bytes)
        case 1:
            let (address, bytes) = (try body.number(8), try body.number(8))
            guard address == .max || (address <= end && bytes <= end - address) else {
                throw HeaderFault("its values lie outside of the file")
            }
            self = .contiguous(address: address, bytes: bytes)
        case 2 where version == 3:
            let rank = Int(try body.byte())
            let address = try body.number(8)
            var extents: [UInt64] = []
            for _ in 0..<rank { extents.append(try body.number(4)) }
            self = .chunked(extents: extents, fixedArray: nil)
            try Self.check(address, end)
        case 2:
            let flags = try body.byte()
            let rank = Int(try body.byte())
            let width = Int(try body.byte())
            guard flags & ~3 == 0, (1...8).contains(width) else { throw HeaderFault("its chunks are of no known form") }
            var extents: [UInt64] = []
            for _ in 0..<rank { extents.append(try body.number(width)) }
            let index = try body.byte()
            switch index {
            case 1: try body.skip(flags & 2 != 0 ? 12 : 0)
            case 2: break
            case 3:
                guard try (1...32).contains(body.byte()) else {
                    throw HeaderFault("its list of chunks has pages of no size")
                }
            case 4: try body.skip(5)
            case 5: try body.skip(6)
            default: throw HeaderFault("its chunks are listed in way \(index), which there is not")
            }
            let address = try body.number(8)
            self = .chunked(extents: extents, fixedArray: index == 3 && address != .max ? address : nil)
            try Self.check(address, end)
        case 3 where version == 4: self = .virtual
        case let kind: throw HeaderFault("its values are stored in way \(kind), which there is not")
        }
    }

    /// As libraries before HDF5 1.6.3 write it.
    private static func old(_ body: inout HeaderBytes, end: UInt64) throws(HeaderFault) -> StorageLayout {
        let (rank, kind) = (Int(try body.byte()), try body.byte())
        try body.skip(5)
        guard kind <= 2, (1...33).contains(rank) else { throw HeaderFault("its values are stored in no known way") }
        let address = kind == 0 ? .max : try body.number(8)
        var extents: [UInt64] = []
        for _ in 0..<rank { extents.append(try body.number(4)) }
        switch kind {
        case 0:
            let bytes = try body.number(4)
            try body.skip(bytes)
            return .compact(bytes: Int(bytes))
        case 1:
            try check(address, end)
            // It takes what its elements take, of which the dataspace tells.
            return .contiguous(address: address, bytes: address == .max ? 0 : end - address)
        default:
            try check(address, end)
            return .chunked(extents: extents, fixedArray: nil)
        }
    }

    private static func check(_ address: UInt64, _ end: UInt64) throws(HeaderFault) {
        guard address == .max || address < end else { throw HeaderFault("its list of chunks lies outside of the file") }
    }

    /// Looks whether the values have room where they are said to lie.
    func check(_ space: Dataspace, elementBytes: Int) throws(HeaderFault) {
        let needed = try product([space.elements, UInt64(elementBytes)], of: "its dataspace")
        switch self {
        case .compact(let bytes):
            guard needed <= bytes else { throw HeaderFault("its values need \(needed) bytes and have \(bytes)") }
        case .contiguous(let address, let bytes):
            guard address == .max || needed <= bytes else {
                throw HeaderFault("its values need \(needed) bytes and have \(bytes)")
            }
        case .chunked(let extents, _):
            guard extents.count == space.extents.count + 1, extents.count > 1, !extents.contains(0),
                extents.last == UInt64(elementBytes), try product(extents, of: "a chunk of it") <= UInt64(UInt32.max)
            else { throw HeaderFault("its chunks are not such as it can have") }
        case .virtual: break
        }
    }

    /// How many chunks there may be; nil where they have no end.
    static func chunks(_ space: Dataspace, of extents: [UInt64]) throws(HeaderFault) -> UInt64? {
        guard !space.limits.contains(.max) else { return nil }
        return try product(
            zip(space.limits, extents).map { $0 / $1 + ($0 % $1 == 0 ? 0 : 1) }, of: "its list of chunks")
    }
}
