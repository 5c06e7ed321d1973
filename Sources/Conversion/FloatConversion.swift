import FeatureStore

/// Converts feature rows of any element type to float32 and counts what that cost.
package struct FloatConversion {
    /// Values whose float32 is not the same number.
    package private(set) var rounded = 0
    /// Finite values beyond float32's range, which became infinite.
    package private(set) var overflowed = 0
    /// All values that were converted.
    package private(set) var count = 0
    private var values: [Float] = []

    /// Nothing is converted yet.
    package init() {}

    /// Runs `body` on `bytes`, which hold whole items of `type`, as float32, and on what they were. Float32 passes without a copy.
    package mutating func withFloats<Result>(
        _ bytes: UnsafeRawBufferPointer, type: ElementType,
        _ body: (UnsafeBufferPointer<Float>, _ exact: (Int) -> Double?) throws -> Result
    ) rethrows -> Result {
        precondition(bytes.count % type.size == 0, "blocks hold whole items")
        if type.isNativeFloat, Int(bitPattern: bytes.baseAddress) % MemoryLayout<Float>.alignment == 0 {
            return try body(bytes.bindMemory(to: Float.self)) { _ in nil }
        }
        convert(bytes, type: type)
        return try values.withUnsafeBufferPointer { values in
            try body(values) { type.kind == .float && type.size == 8 ? Self.double(bytes, type, at: $0) : nil }
        }
    }

    private static func double(_ bytes: UnsafeRawBufferPointer, _ type: ElementType, at index: Int) -> Double {
        let raw = bytes.loadUnaligned(fromByteOffset: index * type.size, as: UInt64.self)
        return Double(bitPattern: type.bigEndian ? raw.byteSwapped : raw)
    }

    private mutating func convert(_ bytes: UnsafeRawBufferPointer, type: ElementType) {
        switch (type.kind, type.size) {
        case (.float, 2): fill(bytes, type, UInt16.self) { Float(Float16(bitPattern: $0)) }
        case (.float, 4): fill(bytes, type, UInt32.self) { Float(bitPattern: $0) }
        case (.float, _): fillDoubles(bytes, type)
        case (.boolean, _): fill(bytes, type, UInt8.self) { $0 == 0 ? 0 : 1 }
        case (.signed, 1): fill(bytes, type, UInt8.self) { Float(Int8(bitPattern: $0)) }
        case (.signed, 2): fill(bytes, type, UInt16.self) { Float(Int16(bitPattern: $0)) }
        case (.signed, 4): fillIntegers(bytes, type, UInt32.self) { Int64(Int32(bitPattern: $0)) }
        case (.signed, _): fillIntegers(bytes, type, UInt64.self) { Int64(bitPattern: $0) }
        case (.unsigned, 1): fill(bytes, type, UInt8.self) { Float($0) }
        case (.unsigned, 2): fill(bytes, type, UInt16.self) { Float($0) }
        case (.unsigned, 4): fillIntegers(bytes, type, UInt32.self) { $0 }
        case (.unsigned, _): fillIntegers(bytes, type, UInt64.self) { $0 }
        }
    }

    /// Sizes `values` for `bytes`.
    private mutating func resize(_ bytes: UnsafeRawBufferPointer, _ type: ElementType) {
        let wanted = bytes.count / type.size
        if values.count != wanted { values = [Float](repeating: 0, count: wanted) }
        count += wanted
    }

    private mutating func fill<Raw: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ type: ElementType, _: Raw.Type, _ number: (Raw) -> Float
    ) {
        resize(bytes, type)
        for index in values.indices {
            let raw = bytes.loadUnaligned(fromByteOffset: index * type.size, as: Raw.self)
            values[index] = number(type.bigEndian ? raw.byteSwapped : raw)
        }
    }

    private mutating func fillIntegers<Raw: FixedWidthInteger, Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ type: ElementType, _: Raw.Type, _ number: (Raw) -> Number
    ) {
        resize(bytes, type)
        for index in values.indices {
            let raw = bytes.loadUnaligned(fromByteOffset: index * type.size, as: Raw.self)
            let exact = number(type.bigEndian ? raw.byteSwapped : raw)
            values[index] = Float(exact)
            if Number(exactly: values[index]) != exact { rounded += 1 }
        }
    }

    private mutating func fillDoubles(_ bytes: UnsafeRawBufferPointer, _ type: ElementType) {
        resize(bytes, type)
        var (rounded, overflowed) = (0, 0)
        for index in values.indices {
            let exact = Self.double(bytes, type, at: index)
            let value = Float(exact)
            values[index] = value
            if Double(value) != exact, !exact.isNaN {
                if value.isInfinite { overflowed += 1 } else { rounded += 1 }
            }
        }
        self.rounded += rounded
        self.overflowed += overflowed
    }
}

extension FloatConversion {
    /// What the conversion of a feature cost, in sentences.
    package func warnings(feature: FeatureDescription) -> [String] {
        var result: [String] = []
        if rounded > 0 {
            result.append(
                "\(feature.name): \(rounded) of \(count) \(feature.sourceDataType) values were rounded to float32.")
        }
        if overflowed > 0 {
            result.append("\(feature.name): \(overflowed) values lie beyond float32's range and became infinite.")
        }
        return result
    }
}
