import FeatureStore

/// Converts feature rows of any element type to float32, mends what the user asked for, and counts both.
package struct FloatConversion {
    /// Values whose float32 is not the same number.
    package private(set) var rounded = 0
    /// Finite values beyond float32's range, which became infinite.
    package private(set) var overflowed = 0
    /// NaN and infinities of the source that another number took the place of.
    package private(set) var replaced = 0
    /// Finite values beyond float32's range that became its largest or smallest.
    package private(set) var clipped = 0
    /// All values that were converted.
    package private(set) var count = 0
    private let mending: Mending
    private var values: [Float] = []

    /// Nothing is converted yet.
    package init(mending: Mending = Mending()) { self.mending = mending }

    /// Runs `body` on `bytes`, which hold whole items of `type`, as float32, and on what they were. Float32 passes without a copy.
    package mutating func withFloats<Result>(
        _ bytes: UnsafeRawBufferPointer, type: ElementType,
        _ body: (UnsafeBufferPointer<Float>, _ exact: (Int) -> Double?) throws -> Result
    ) rethrows -> Result {
        precondition(bytes.count % type.size == 0, "blocks hold whole items")
        if type.isNativeFloat, Int(bitPattern: bytes.baseAddress) % MemoryLayout<Float>.alignment == 0 {
            let floats = bytes.bindMemory(to: Float.self)
            if mending.replacement == nil || floats.allFinite { return try body(floats) { _ in nil } }
        }
        var values: [Float] = []
        swap(&values, &self.values)
        defer { swap(&values, &self.values) }
        if values.count != bytes.count / type.size {
            values = [Float](repeating: 0, count: bytes.count / type.size)
        }
        values.withUnsafeMutableBufferPointer { convert(bytes, type: type, into: $0) }
        return try values.withUnsafeBufferPointer { values in
            try body(values) { Self.exact(bytes, type: type, at: $0) }
        }
    }

    /// The number that an item was before it was converted, where it was a float64.
    package static func exact(_ bytes: UnsafeRawBufferPointer, type: ElementType, at index: Int) -> Double? {
        guard type.kind == .float, type.size == 8 else { return nil }
        let raw = bytes.loadUnaligned(fromByteOffset: index * type.size, as: UInt64.self)
        return Double(bitPattern: type.bigEndian ? raw.byteSwapped : raw)
    }

    /// Converts `bytes`, which hold as many items of `type` as there is room for in `values`.
    package mutating func convert(
        _ bytes: UnsafeRawBufferPointer, type: ElementType, into values: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(bytes.count == values.count * type.size, "a buffer of \(values.count) for \(bytes.count) bytes")
        count += values.count
        switch (type.kind, type.size) {
        case (.float, 4) where !type.bigEndian: UnsafeMutableRawBufferPointer(values).copyMemory(from: bytes)
        case (.float, 2): Self.fill(values, bytes, type, UInt16.self) { Float(Float16(bitPattern: $0)) }
        case (.float, 4): Self.fill(values, bytes, type, UInt32.self) { Float(bitPattern: $0) }
        case (.float, _): return fillDoubles(values, bytes, type)
        case (.boolean, _): Self.fill(values, bytes, type, UInt8.self) { $0 == 0 ? 0 : 1 }
        case (.signed, 1): Self.fill(values, bytes, type, UInt8.self) { Float(Int8(bitPattern: $0)) }
        case (.signed, 2): Self.fill(values, bytes, type, UInt16.self) { Float(Int16(bitPattern: $0)) }
        case (.signed, 4): fillIntegers(values, bytes, type, UInt32.self) { Int64(Int32(bitPattern: $0)) }
        case (.signed, _): fillIntegers(values, bytes, type, UInt64.self) { Int64(bitPattern: $0) }
        case (.unsigned, 1): Self.fill(values, bytes, type, UInt8.self) { Float($0) }
        case (.unsigned, 2): Self.fill(values, bytes, type, UInt16.self) { Float($0) }
        case (.unsigned, 4): fillIntegers(values, bytes, type, UInt32.self) { $0 }
        case (.unsigned, _): fillIntegers(values, bytes, type, UInt64.self) { $0 }
        }
        if type.kind == .float, let replacement = mending.replacement { replace(values, by: replacement) }
    }

    private mutating func replace(_ values: UnsafeMutableBufferPointer<Float>, by replacement: Float) {
        guard !UnsafeBufferPointer(values).allFinite else { return }
        for index in values.indices where !values[index].isFinite {
            values[index] = replacement
            replaced += 1
        }
    }

    private static func fill<Raw: FixedWidthInteger>(
        _ values: UnsafeMutableBufferPointer<Float>, _ bytes: UnsafeRawBufferPointer, _ type: ElementType,
        _: Raw.Type, _ number: (Raw) -> Float
    ) {
        for index in values.indices {
            let raw = bytes.loadUnaligned(fromByteOffset: index * type.size, as: Raw.self)
            values[index] = number(type.bigEndian ? raw.byteSwapped : raw)
        }
    }

    private mutating func fillIntegers<Raw: FixedWidthInteger, Number: FixedWidthInteger>(
        _ values: UnsafeMutableBufferPointer<Float>, _ bytes: UnsafeRawBufferPointer, _ type: ElementType,
        _: Raw.Type, _ number: (Raw) -> Number
    ) {
        for index in values.indices {
            let raw = bytes.loadUnaligned(fromByteOffset: index * type.size, as: Raw.self)
            let exact = number(type.bigEndian ? raw.byteSwapped : raw)
            values[index] = Float(exact)
            if Number(exactly: values[index]) != exact { rounded += 1 }
        }
    }

    private mutating func fillDoubles(
        _ values: UnsafeMutableBufferPointer<Float>, _ bytes: UnsafeRawBufferPointer, _ type: ElementType
    ) {
        var (rounded, isUnusual) = (0, false)
        for index in values.indices {
            let raw = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
            let exact = Double(bitPattern: type.bigEndian ? raw.byteSwapped : raw)
            let value = Float(exact)
            values[index] = value
            if Double(value) != exact { if value.isFinite { rounded += 1 } else { isUnusual = true } }
            if exact.isInfinite { isUnusual = true }
        }
        self.rounded += rounded
        guard isUnusual else { return }
        for index in values.indices where !values[index].isFinite {
            values[index] = float(Self.exact(bytes, type: type, at: index) ?? .nan)
        }
    }

    /// The float32 of a number whose float32 is not finite.
    private mutating func float(_ exact: Double) -> Float {
        if exact.isFinite {
            guard mending.clipsToFloat32 else {
                overflowed += 1
                return Float(exact)
            }
            clipped += 1
            return exact < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude
        }
        guard let replacement = mending.replacement else { return Float(exact) }
        replaced += 1
        return replacement
    }
}

extension FloatConversion {
    /// The row of an utterance's frames, in double precision and as float32; see ``FrameReduction``. NaN and infinity are replaced in
    /// the frames, so that one of them does not take a column's other numbers along. The rounding of a row is not counted: its numbers are
    /// nobody's.
    package mutating func row(
        ofFrames bytes: UnsafeRawBufferPointer, type: ElementType, width: Int, by reduction: FrameReduction
    ) -> (exact: [Double], values: [Float]) {
        var isCounted = true
        var shown = 0
        let numbers = reduction == .last ? width : bytes.count / type.size
        let exact = reduction.row(of: bytes, type: type, width: width) { frames in
            // A second pass shows the same numbers again.
            isCounted = shown < numbers
            shown += frames.count
            guard let replacement = mending.replacement else { return }
            for index in frames.indices where !frames[index].isFinite {
                frames[index] = Double(replacement)
                if isCounted { replaced += 1 }
            }
        }
        return (exact, exact.map { Float($0).isFinite ? Float($0) : float($0) })
    }

    /// What the conversion of a feature cost and what was mended, in sentences.
    package func warnings(feature: FeatureDescription) -> [String] {
        var result: [String] = []
        if rounded > 0 {
            result.append(
                "\(feature.name): \(rounded) of \(count) \(feature.sourceDataType) values were rounded to float32.")
        }
        if overflowed > 0 {
            result.append("\(feature.name): \(overflowed) values lie beyond float32's range and became infinite.")
        }
        if replaced > 0, let replacement = mending.replacement {
            result.append(
                "\(feature.name): \(replaced) values were NaN or infinite and were replaced by \(replacement).")
        }
        if clipped > 0 {
            result.append("\(feature.name): \(clipped) values lie beyond float32's range and were clipped to it.")
        }
        return result
    }

    /// Tells the writer what the conversion of a feature cost and what was mended.
    package func note(to writer: StoreWriter, feature: String) throws {
        try writer.noteInexactValues(rounded + overflowed, of: feature)
        try writer.noteMendedValues(MendedValues(replaced: replaced, clipped: clipped), of: feature)
    }
}
