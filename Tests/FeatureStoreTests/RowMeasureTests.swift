import FeatureStore
import Tensors
import TestSupport
import Testing

/// The vectorised measures against plain loops, at widths on both sides of their stripes.
@Suite struct RowMeasureTests {
    private static let rows = 37

    private func values(_ width: Int) -> [Float] {
        var random = SplitMix64(seed: UInt64(width))
        var values = (0..<Self.rows * width).map { _ in random.nextSpread() }
        for column in 0..<width { values[5 * width + column] = column.isMultiple(of: 2) ? 0 : -0.0 }
        for column in 0..<width { values[9 * width + column] = values[3 * width + column] }
        values[7 * width] = .nan
        return values
    }

    @Test(arguments: [1, 3, 63, 64, 65, 129, 342])
    func rows(width: Int) {
        let values = values(width)
        values.withUnsafeBufferPointer { all in
            #expect(!all.allFinite)
            #expect(UnsafeBufferPointer(rebasing: all[..<(7 * width)]).allFinite)
            #expect(all.presentRows(width: width) == (0..<Self.rows).map { $0 == 5 ? 0 : 1 })
            #expect(all.countPresentRows(width: width) == Self.rows - 1)
            let (low, high) = ([Float](repeating: -1, count: width), [Float](repeating: 1, count: width))
            let outside = (0..<Self.rows).map { row in
                values[row * width..<(row + 1) * width].contains { $0 < -1 || $0 > 1 } ? UInt8(1) : 0
            }
            #expect(all.rowsOutside(low, high) == outside)
            var hashes = [UInt64](repeating: 1, count: Self.rows)
            hashes.withUnsafeMutableBufferPointer { all.hashRows(width: width, into: $0) }
            #expect(hashes[5] == 0 && hashes[3] == hashes[9])
            #expect(Set(hashes).count == Self.rows - 1)
        }
    }

    @Test(arguments: [1, 3, 64, 65, 200])
    func statisticsDoNotDependOnThePieces(width: Int) {
        let values = values(width).map { $0.isNaN ? 0 : $0 }
        var (whole, pieces, joined) = (
            ColumnStatistics(width: width), ColumnStatistics(width: width), ColumnStatistics(width: width)
        )
        var plain = (mean: [Double](repeating: 0, count: width), squares: [Double](repeating: 0, count: width))
        for row in 0..<Self.rows {
            for column in 0..<width {
                let value = Double(values[row * width + column])
                let before = value - plain.mean[column]
                plain.mean[column] += before * (1 / Double(row + 1))
                plain.squares[column] += before * (value - plain.mean[column])
            }
        }
        values.withUnsafeBufferPointer { all in
            whole.add(all)
            for row in 0..<Self.rows { pieces.add(UnsafeBufferPointer(rebasing: all[row * width..<(row + 1) * width])) }
            for half in [0..<20 * width, 20 * width..<Self.rows * width] {
                var part = ColumnStatistics(width: width)
                part.add(UnsafeBufferPointer(rebasing: all[half]))
                joined.add(part)
            }
        }
        // To the last bit, whatever the machine: the store holds these numbers.
        #expect(whole.mean == plain.mean && pieces.mean == plain.mean)
        #expect(whole.standardDeviation() == plain.squares.map { ($0 / Double(Self.rows)).squareRoot() })
        #expect(zip(joined.mean, whole.mean).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(zip(joined.standardDeviation(), whole.standardDeviation()).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test(arguments: [2, 64, 67])
    func columns(width: Int) {
        var values = values(width)
        for row in 0..<Self.rows {
            values[row * width] = 2.5
            values[row * width + width - 1] = width > 2 ? values[row * width + 1] : Float(row)
        }
        var (whole, joined) = (ColumnDifferences(width: width), ColumnDifferences(width: width))
        values.withUnsafeBufferPointer { all in
            whole.add(all, from: 0)
            for (first, end) in [(20, Self.rows), (0, 20)] {
                var part = ColumnDifferences(width: width)
                part.add(UnsafeBufferPointer(rebasing: all[first * width..<end * width]), from: first)
                joined.add(part)
            }
        }
        #expect(whole.hashes == joined.hashes)
        #expect(whole.differences.map { $0 == 0 } == joined.differences.map { $0 == 0 })
        #expect(whole.differences[0] == 0 && whole.differences.dropFirst().allSatisfy { $0 != 0 })
        if width > 2 { #expect(whole.hashes[1] == whole.hashes[width - 1]) }
    }

    @Test func repeatedHashesAreCounted() {
        let hashes: [UInt64] = [7, 0, 8, 7, 7, 0, 8, 9]
        let groups: [UInt8] = [0, 1, 0, 0, 1, 0, 2, 1]
        let found = hashes.withUnsafeBufferPointer { RepeatedHashes($0, in: groups, limit: 1) }
        #expect(found.count == 2)
        #expect(found.first.map(\.earlier) == [0] && found.first.map(\.later) == [4])
    }
}
