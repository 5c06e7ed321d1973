import Conversion
import FeatureStore

/// The rows of a feature whose arrays lie under ids, in the store's order, a window of them at a time.
final class ArrayRows {
    /// Some rows, and what numbers were before they became infinite in them, by place.
    struct Window: Sendable {
        var values: [Float]
        var exact: [Int: Double] = [:]
    }

    let width: Int
    /// The names of the element types that were met.
    private(set) var typeNames: [String] = []
    /// What the conversion cost and what was mended.
    private(set) var conversion: FloatConversion
    /// How many windows there are.
    var windowCount: Int { (rowCount + windowRows - 1) / windowRows }

    private let matched: MatchedArrays
    private let frames: FrameReduction?
    /// For each row of the store that of the lists; nil where they are the same.
    private let sourceRows: [UInt32]?
    private let rowCount: Int
    private let windowRows: Int
    private var lastType: ElementType?

    private static let windowBytes = 4 << 20

    /// Looks at the first array, for the width.
    init(
        _ matched: MatchedArrays, sourceRows: [UInt32]?, rowCount: Int, frames: FrameReduction?, mending: Mending
    ) throws {
        (self.matched, self.frames, self.sourceRows, self.rowCount) = (matched, frames, sourceRows, rowCount)
        conversion = FloatConversion(mending: mending)
        guard let first = matched.arrayOfRow.firstIndex(where: { $0 != .max }) else {
            throw ConversionError.input("\(matched.name) has no array for any utterance.")
        }
        let source = matched.sources[matched.source(ofRow: first)]
        let array = matched.arrayOfRow[first]
        var (width, type) = (0, ElementType?.none)
        try source.read([array]) { _, found in
            let shape = try Self.frameShape(of: found, source, array)
            width = frames != nil && shape.isMatrix ? frames!.rowWidth(ofFrames: shape.width) : shape.width
            type = found.type
        }
        self.width = width
        windowRows = max(1, Self.windowBytes / (width * 4))
        if let type { take(type) }
    }

    private static func frameShape(
        of array: NumberArray, _ source: any ArraysByID, _ number: UInt32
    ) throws -> (frames: Int, width: Int, isMatrix: Bool) {
        let shape = array.shape
        guard shape.count == 1 || shape.count == 2 else {
            throw source.fault(
                number, "has the shape \(shown(shape)), where a row of numbers or a matrix of frames is expected")
        }
        guard shape.allSatisfy({ $0 > 0 }) else {
            throw source.fault(
                number,
                "has the shape \(shown(shape)), which holds no numbers: remove it, and give --allow-missing zero or drop"
            )
        }
        return shape.count == 1 ? (1, shape[0], false) : (shape[0], shape[1], true)
    }

    private func take(_ type: ElementType) {
        guard type != lastType else { return }
        lastType = type
        if !typeNames.contains(type.numpyName) { typeNames.append(type.numpyName) }
    }

    /// Makes the rows of a window. Called in the windows' order.
    func window(_ index: Int) throws -> Window {
        let rows = index * windowRows..<min(rowCount, (index + 1) * windowRows)
        var window = Window(values: [Float](repeating: 0, count: rows.count * width))
        // Of each source, the arrays and their places in the window.
        var wanted = matched.sources.map { _ in (arrays: [UInt32](), places: [Int]()) }
        for row in rows {
            let listed = sourceRows.map { Int($0[row]) } ?? row
            let array = matched.arrayOfRow[listed]
            guard array != .max else { continue }
            let source = matched.source(ofRow: listed)
            wanted[source].arrays.append(array)
            wanted[source].places.append(row - rows.lowerBound)
        }
        var exact: [Int: Double] = [:]
        try window.values.withUnsafeMutableBufferPointer { values in
            for (source, (arrays, places)) in zip(matched.sources, wanted) where !arrays.isEmpty {
                try source.read(arrays) { place, array in
                    let first = places[place] * width
                    try put(
                        array, arrays[place], source,
                        into: UnsafeMutableBufferPointer(rebasing: values[first..<first + width])
                    ) { exact[first + $0] = $1 }
                }
            }
        }
        window.exact = exact
        return window
    }

    private func put(
        _ array: NumberArray, _ number: UInt32, _ source: any ArraysByID, into row: UnsafeMutableBufferPointer<Float>,
        _ noteExact: (Int, Double) -> Void
    ) throws {
        let shape = try Self.frameShape(of: array, source, number)
        take(array.type)
        let reduction = shape.isMatrix ? frames : nil
        guard reduction != nil || shape.frames == 1 else {
            throw source.fault(
                number,
                "has the shape \(shown(array.shape)): nothing is averaged by itself; give --frames mean, max, last or mean+std where these are frames, or save one row per utterance"
            )
        }
        let found = reduction?.rowWidth(ofFrames: shape.width) ?? shape.width
        guard found == width else {
            throw source.fault(number, "makes a row of \(found) numbers, and the first one made \(width)")
        }
        guard let reduction, shape.frames > 1 || reduction == .meanAndDeviation else {
            conversion.convert(array.bytes, type: array.type, into: row)
            if !UnsafeBufferPointer(row).allFinite {
                for index in row.indices where !row[index].isFinite {
                    if let exact = FloatConversion.exact(array.bytes, type: array.type, at: index) {
                        noteExact(index, exact)
                    }
                }
            }
            return
        }
        let bytes = array.isFortranOrder ? Self.rowMajor(array) : nil
        let made = (bytes ?? []).withUnsafeBytes { transposed in
            conversion.row(
                ofFrames: bytes == nil ? array.bytes : transposed, type: array.type, width: shape.width, by: reduction)
        }
        for index in row.indices {
            row[index] = made.values[index]
            if !row[index].isFinite { noteExact(index, made.exact[index]) }
        }
    }

    /// The bytes of a matrix whose columns lie end to end, row after row.
    private static func rowMajor(_ array: NumberArray) -> [UInt8] {
        let (rows, columns, size) = (array.shape[0], array.shape[1], array.type.size)
        var bytes = [UInt8](repeating: 0, count: array.bytes.count)
        for row in 0..<rows {
            for column in 0..<columns {
                let (from, to) = ((column * rows + row) * size, (row * columns + column) * size)
                for byte in 0..<size { bytes[to + byte] = array.bytes[from + byte] }
            }
        }
        return bytes
    }
}
