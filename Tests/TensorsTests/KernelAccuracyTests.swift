import Foundation
import Tensors
import Testing

/// The kernels' own exponential functions against Foundation's in double, on a grid; `make test-functions` takes every float32.
@Suite struct KernelAccuracyTests {
    /// A dense grid, and numbers of every size: denormals, smallest, largest.
    private static let grid: [Float] = {
        var x = stride(from: Float(-12), through: 12, by: 0.0009765625).map { $0 }
        for exponent in -149...127 {
            let power = Float(sign: .plus, exponent: exponent, significand: 1)
            x += [power, -power, power * 1.37, -power * 1.37]
        }
        return x + [0, -0.0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0.3999999, 0.4, 0.4000001, -0.4]
    }()

    private func row(_ x: [Float]) -> Tensor { Tensor(rows: 1, columns: x.count, x) }

    /// tanh, out of the kernel that makes VUE's tiles of it: one target of 0, and no diagonal within reach.
    private func tanhOf(_ x: [Float]) -> [Float] {
        let tile = Tensor(rows: 1, columns: x.count)
        Kernels.emotionTile(
            target: row([0]).matrix, source: Tensor(rows: x.count, columns: 1, x).matrix, firstRow: x.count, scale: 1,
            into: tile)
        return tile.array
    }

    /// The sigmoid, out of the kernel that leaves a gate's value in the place of its input.
    private func sigmoidOf(_ x: [Float]) -> [Float] {
        let zeros = Tensor(rows: 1, columns: x.count, repeating: 0)
        let gate = row(x)
        Kernels.gatedResidual(zeros, context: zeros, bias: zeros, gate: gate, into: zeros.copy())
        return gate.array
    }

    private func geluOf(_ x: [Float]) -> [Float] {
        let y = Tensor(rows: 1, columns: x.count)
        Kernels.gelu(row(x), into: y)
        return y.array
    }

    @Test func hyperbolicTangent() {
        let y = tanhOf(Self.grid)
        var absolute = 0.0
        var relative = 0.0
        for (x, y) in zip(Self.grid, y) {
            let exact = tanh(Double(x))
            let error = abs(Double(y) - exact)
            absolute = max(absolute, error)
            // Below the smallest normal number there are no relative digits.
            if abs(x) >= .leastNormalMagnitude { relative = max(relative, error / abs(exact)) }
        }
        #expect(absolute < 2e-7)
        #expect(relative < 4e-7)
        #expect(tanhOf([.infinity, -.infinity, 0]) == [1, -1, 0])
        #expect(tanhOf([.nan])[0].isNaN)
        let small = Float.leastNonzeroMagnitude * 71_000
        #expect(tanhOf([small, -small, .leastNonzeroMagnitude]) == [small, -small, .leastNonzeroMagnitude])
    }

    @Test func sigmoid() {
        let y = sigmoidOf(Self.grid)
        var worst = 0.0
        var relative = 0.0
        var inside = true
        for (x, y) in zip(Self.grid, y) {
            let exact = 1 / (1 + exp(-Double(x)))
            worst = max(worst, abs(Double(y) - exact))
            if x > -80 { relative = max(relative, abs(Double(y) - exact) / exact) }
            inside = inside && y >= 0 && y <= 1
        }
        #expect(inside)
        #expect(worst < 2e-7)
        #expect(relative < 6e-7)
        let ends = sigmoidOf([.infinity, -.infinity])
        #expect(ends[0] == 1 && ends[1] >= 0 && ends[1] < 1e-37)
        #expect(sigmoidOf([.nan])[0].isNaN)
    }

    @Test func gelu() {
        let y = geluOf(Self.grid)
        var worst: (error: Double, at: Float) = (0, 0)
        for (x, y) in zip(Self.grid, y) {
            let z = Double(x)
            let exact = 0.5 * z * erfc(-z / 2.0.squareRoot())
            let error = abs(Double(y) - exact) / max(1, abs(z))
            if !(error <= worst.error) { worst = (error, x) }
        }
        #expect(worst.error < 3e-7, "at \(worst.at)")
        #expect(geluOf([.infinity, 0, 1e30, -1e30]) == [.infinity, 0, 1e30, 0])
    }

    @Test func geluSlope() {
        let grid = Self.grid.filter { abs($0) < 1e18 }
        let ones = Tensor(rows: 1, columns: grid.count, repeating: 1)
        let slopes = Tensor(rows: 1, columns: grid.count, repeating: 0)
        Kernels.addGELUGradient(ones, x: row(grid), to: slopes)
        var worst: (error: Double, at: Float) = (0, 0)
        for (x, slope) in zip(grid, slopes.array) {
            let z = Double(x)
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            let exact = 0.5 * erfc(-z / 2.0.squareRoot()) + z * density
            let error = abs(Double(slope) - exact)
            if !(error <= worst.error) { worst = (error, x) }
        }
        #expect(worst.error < 1e-6, "at \(worst.at)")
    }

    @Test(arguments: [1, 2, 7, 64, 1000])
    func softmax(columns: Int) {
        for (scale, rows) in [(1.0, 3), (30.0, 3), (1e5, 2)] as [(Float, Int)] {
            // Rows are cut from a wider matrix.
            let stride = columns + 3
            let scores = (0..<rows * stride).map { sin(Float($0 * $0 % 1013)) * scale }
            let whole = Tensor(rows: rows, columns: stride, scores)
            Kernels.softmaxRows(of: whole.matrix(columns: 0..<columns))
            let x = whole.array
            var worst = 0.0
            for row in 0..<rows {
                let first = row * stride
                let input = scores[first..<first + columns].map(Double.init)
                let largest = input.max()!
                let total = input.reduce(0) { $0 + exp($1 - largest) }
                for column in 0..<columns {
                    let difference = input[column] - largest
                    let exact = exp(difference) / total
                    // The difference itself is rounded to float32, which e^x turns into a relative error.
                    let relative = 1e-6 - difference * 0x1p-24
                    worst = max(worst, abs(Double(x[first + column]) - exact) / (relative * exact + 1e-36))
                }
                #expect(
                    Array(x[(first + columns)..<(first + stride)])
                        == Array(scores[(first + columns)..<(first + stride)]))
            }
            #expect(worst <= 1, "errors in units of the tolerance, scores up to \(scale)")
        }
    }

    /// A score of −∞ has no share, and equal scores have equal shares however large they are.
    @Test func softmaxExtremes() {
        let rows = Tensor(rows: 2, columns: 3, [0, -.infinity, 0, 3e38, 3e38, 3e38])
        Kernels.softmaxRows(of: rows.matrix)
        let x = rows.array
        #expect(x[0] == 0.5 && x[1] < 1e-37 && x[2] == 0.5)
        #expect(x[3] == x[4] && abs(x[3] - 1 / 3) < 1e-7)
    }

    @Test(arguments: [0, 1, 3, 16, 33, 1000])
    func sums(count: Int) {
        let a = (0..<count).map { sin(Float($0)) }
        let b = (0..<count).map { cos(Float($0 * 3)) }
        let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let product = row([9])
        Kernels.dotProducts(of: row(a).matrix, with: row(b).matrix, into: product.matrix)
        #expect(abs(Double(product.array[0]) - dot) < 1e-5)
    }

    @Test(arguments: [0, 1, 3, 4, 5, 9])
    func columnSums(rows: Int) {
        let columns = 5
        let x = Tensor(rows: rows, columns: 8, (0..<rows * 8).map { Float($0 % 17) })
        let sums = Tensor(rows: 1, columns: columns, repeating: 100)
        Kernels.addColumnSums(of: x.matrix(columns: 0..<columns), to: sums.matrix)
        for c in 0..<columns { #expect(sums[0, c] == (0..<rows).reduce(100) { $0 + x[$1, c] }) }
    }

    @Test func rowsByIndex() {
        let x = Tensor(rows: 3, columns: 2, [1, 2, 3, 4, 5, 6])
        let index: [Int32] = [2, -1, 0, 2]
        let gathered = Tensor(rows: 4, columns: 2, repeating: 9)
        Kernels.gatherRows(of: x.matrix, index, into: gathered.matrix)
        #expect(gathered.array == [5, 6, 0, 0, 1, 2, 5, 6])
        let scattered = Tensor(rows: 3, columns: 2, repeating: 1)
        Kernels.scatterAddRows(of: gathered.matrix, index, to: scattered.matrix)
        #expect(scattered.array == [2, 3, 1, 1, 11, 13])
    }
}
