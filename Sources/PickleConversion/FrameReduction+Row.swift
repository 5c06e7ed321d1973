import Conversion

extension FrameReduction {
    /// The row of an utterance's frames, which are whole rows of `width` items of `type`, at least one. Nothing is rounded before the end:
    /// frames of float64 are reduced as they are.
    func row(of bytes: UnsafeRawBufferPointer, type: ElementType, width: Int) -> [Double] {
        let count = bytes.count / (width * type.size)
        precondition(count > 0 && bytes.count == count * width * type.size, "frames are whole rows")
        func number(_ row: Int, _ column: Int) -> Double { type.number(bytes, at: row * width + column) }
        func mean(_ column: Int) -> Double { (0..<count).reduce(0) { $0 + number($1, column) } / Double(count) }
        return (0..<rowWidth(ofFrames: width)).map { place in
            let column = place % width
            switch self {
            case .mean: return mean(column)
            case .meanAndDeviation:
                let mean = mean(column)
                guard place >= width else { return mean }
                let squares = (0..<count).reduce(0) { sum, row in
                    let distance = number(row, column) - mean
                    return sum + distance * distance
                }
                return (squares / Double(count)).squareRoot()
            case .last: return number(count - 1, column)
            case .max:
                return (1..<count).reduce(number(0, column)) { largest, row in
                    let next = number(row, column)
                    return largest.isNaN || next.isNaN ? .nan : Swift.max(largest, next)
                }
            }
        }
    }
}

extension ElementType {
    /// An item as float64; integers beyond 2^53 are rounded.
    fileprivate func number(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Double {
        func raw<Raw: FixedWidthInteger>(_: Raw.Type) -> Raw {
            let value = bytes.loadUnaligned(fromByteOffset: index * size, as: Raw.self)
            return bigEndian ? value.byteSwapped : value
        }
        return switch (kind, size) {
        case (.float, 2): Double(Float16(bitPattern: raw(UInt16.self)))
        case (.float, 4): Double(Float(bitPattern: raw(UInt32.self)))
        case (.float, _): Double(bitPattern: raw(UInt64.self))
        case (.boolean, _): raw(UInt8.self) == 0 ? 0 : 1
        case (.signed, 1): Double(raw(Int8.self))
        case (.signed, 2): Double(raw(Int16.self))
        case (.signed, 4): Double(raw(Int32.self))
        case (.signed, _): Double(raw(Int64.self))
        case (.unsigned, 1): Double(raw(UInt8.self))
        case (.unsigned, 2): Double(raw(UInt16.self))
        case (.unsigned, 4): Double(raw(UInt32.self))
        case (.unsigned, _): Double(raw(UInt64.self))
        }
    }
}
