import Conversion

extension FrameReduction {
    /// The row of an utterance's frames, which are whole rows of `width` items of `type`, at least one. Nothing is rounded before the end:
    /// frames of float64 are reduced as they are.
    func row(of bytes: UnsafeRawBufferPointer, type: ElementType, width: Int) -> [Double] {
        let count = bytes.count / (width * type.size)
        precondition(count > 0 && bytes.count == count * width * type.size, "frames are whole rows")
        let numbers = type.numbers(bytes)
        switch self {
        case .last: return Array(numbers[((count - 1) * width)...])
        case .max:
            var largest = Array(numbers[..<width])
            for row in 1..<Swift.max(count, 1) {
                for column in 0..<width {
                    let next = numbers[row * width + column]
                    largest[column] = largest[column].isNaN || next.isNaN ? .nan : Swift.max(largest[column], next)
                }
            }
            return largest
        case .mean: return Self.means(of: numbers, width: width)
        case .meanAndDeviation:
            let means = Self.means(of: numbers, width: width)
            var squares = [Double](repeating: 0, count: width)
            for row in 0..<count {
                for column in 0..<width {
                    let distance = numbers[row * width + column] - means[column]
                    squares[column] += distance * distance
                }
            }
            return means + squares.map { ($0 / Double(count)).squareRoot() }
        }
    }

    private static func means(of numbers: [Double], width: Int) -> [Double] {
        let count = numbers.count / width
        var sums = [Double](repeating: 0, count: width)
        for row in 0..<count {
            for column in 0..<width { sums[column] += numbers[row * width + column] }
        }
        return sums.map { $0 / Double(count) }
    }
}

extension ElementType {
    /// All items as float64; integers beyond 2^53 are rounded.
    fileprivate func numbers(_ bytes: UnsafeRawBufferPointer) -> [Double] {
        func all<Raw: FixedWidthInteger>(_: Raw.Type, _ number: (Raw) -> Double) -> [Double] {
            (0..<bytes.count / size).map { index in
                let value = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.size, as: Raw.self)
                return number(bigEndian ? value.byteSwapped : value)
            }
        }
        return switch (kind, size) {
        case (.float, 2): all(UInt16.self) { Double(Float16(bitPattern: $0)) }
        case (.float, 4): all(UInt32.self) { Double(Float(bitPattern: $0)) }
        case (.float, _): all(UInt64.self) { Double(bitPattern: $0) }
        case (.boolean, _): all(UInt8.self) { $0 == 0 ? 0 : 1 }
        case (.signed, 1): all(Int8.self) { Double($0) }
        case (.signed, 2): all(Int16.self) { Double($0) }
        case (.signed, 4): all(Int32.self) { Double($0) }
        case (.signed, _): all(Int64.self) { Double($0) }
        case (.unsigned, 1): all(UInt8.self) { Double($0) }
        case (.unsigned, 2): all(UInt16.self) { Double($0) }
        case (.unsigned, 4): all(UInt32.self) { Double($0) }
        case (.unsigned, _): all(UInt64.self) { Double($0) }
        }
    }
}
