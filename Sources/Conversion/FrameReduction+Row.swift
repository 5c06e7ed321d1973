/// Frames are reduced in double precision, a strip of them at a time: nothing is rounded before the end, and an utterance of any length
/// takes the same memory.
extension FrameReduction {
    /// The row of an utterance's frames.
    /// - Parameters:
    ///   - bytes: Whole frames of `width` items of `type`, at least one.
    ///   - mend: Changes numbers before they are used. What it is shown, each number once, is what the row is made of.
    package func row(
        of bytes: UnsafeRawBufferPointer, type: ElementType, width: Int,
        mend: (UnsafeMutableBufferPointer<Double>) -> Void = { _ in }
    ) -> [Double] {
        let count = bytes.count / (width * type.size)
        precondition(count > 0 && bytes.count == count * width * type.size, "frames are whole rows")
        let frames = Frames(bytes: bytes, type: type, width: width, count: count)
        switch self {
        case .mean: return frames.mean(mend)
        case .max: return frames.maximum(mend)
        case .last: return frames.last(mend)
        case .meanAndDeviation:
            let mean = frames.mean(mend)
            // Shown again for the second pass, but not counted again.
            return mean + frames.deviation(around: mean, mend)
        }
    }
}

/// The frames of one utterance.
private struct Frames {
    typealias Mend = (UnsafeMutableBufferPointer<Double>) -> Void

    let bytes: UnsafeRawBufferPointer
    let type: ElementType
    let width: Int
    let count: Int

    func mean(_ mend: Mend) -> [Double] {
        var sums = [Double](repeating: 0, count: width)
        forEachFrame(0..<count, mend) { frame in for column in 0..<width { sums[column] += frame[column] } }
        return sums.map { $0 / Double(count) }
    }

    /// Of the population, as `numpy.std` has it.
    func deviation(around mean: [Double], _ mend: Mend) -> [Double] {
        var squares = [Double](repeating: 0, count: width)
        forEachFrame(0..<count, mend) { frame in
            for column in 0..<width {
                let distance = frame[column] - mean[column]
                squares[column] += distance * distance
            }
        }
        return squares.map { ($0 / Double(count)).squareRoot() }
    }

    func maximum(_ mend: Mend) -> [Double] {
        var largest = [Double](repeating: -.infinity, count: width)
        forEachFrame(0..<count, mend) { frame in
            for column in 0..<width {
                let next = frame[column]
                largest[column] = largest[column].isNaN || next.isNaN ? .nan : Swift.max(largest[column], next)
            }
        }
        return largest
    }

    func last(_ mend: Mend) -> [Double] {
        var row: [Double] = []
        forEachFrame(count - 1..<count, mend) { row = Array($0) }
        return row
    }

    private func forEachFrame(_ frames: Range<Int>, _ mend: Mend, _ visit: (UnsafeBufferPointer<Double>) -> Void) {
        let step = Swift.max(1, 1 << 16 / width)
        var strip = [Double](repeating: 0, count: Swift.min(step, frames.count) * width)
        for start in stride(from: frames.lowerBound, to: frames.upperBound, by: step) {
            let end = Swift.min(start + step, frames.upperBound)
            strip.withUnsafeMutableBufferPointer { strip in
                let numbers = UnsafeMutableBufferPointer(rebasing: strip[..<((end - start) * width)])
                type.fill(numbers, from: bytes, at: start * width)
                mend(numbers)
                for frame in 0..<end - start {
                    visit(UnsafeBufferPointer(rebasing: numbers[frame * width..<(frame + 1) * width]))
                }
            }
        }
    }
}

extension ElementType {
    /// Fills `numbers` with the items from `first` on as float64; integers beyond 2^53 are rounded.
    fileprivate func fill(
        _ numbers: UnsafeMutableBufferPointer<Double>, from bytes: UnsafeRawBufferPointer, at first: Int
    ) {
        func fill<Raw: FixedWidthInteger>(_: Raw.Type, _ number: (Raw) -> Double) {
            for index in numbers.indices {
                let raw = bytes.loadUnaligned(fromByteOffset: (first + index) * size, as: Raw.self)
                numbers[index] = number(bigEndian ? raw.byteSwapped : raw)
            }
        }
        switch (kind, size) {
        case (.float, 2): fill(UInt16.self) { Double(Float16(bitPattern: $0)) }
        case (.float, 4): fill(UInt32.self) { Double(Float(bitPattern: $0)) }
        case (.float, _): fill(UInt64.self) { Double(bitPattern: $0) }
        case (.boolean, _): fill(UInt8.self) { $0 == 0 ? 0 : 1 }
        case (.signed, 1): fill(UInt8.self) { Double(Int8(bitPattern: $0)) }
        case (.signed, 2): fill(UInt16.self) { Double(Int16(bitPattern: $0)) }
        case (.signed, 4): fill(UInt32.self) { Double(Int32(bitPattern: $0)) }
        case (.signed, _): fill(UInt64.self) { Double(Int64(bitPattern: $0)) }
        case (.unsigned, 1): fill(UInt8.self) { Double($0) }
        case (.unsigned, 2): fill(UInt16.self) { Double($0) }
        case (.unsigned, 4): fill(UInt32.self) { Double($0) }
        case (.unsigned, _): fill(UInt64.self) { Double($0) }
        }
    }
}
