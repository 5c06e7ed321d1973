import CKernels
import Foundation
import Testing

/// The kernels' own exponential functions against Foundation's in double.
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

    private func apply(_ kernel: (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int) -> Void, _ x: [Float])
        -> [Float]
    {
        [Float](unsafeUninitializedCapacity: x.count) { buffer, count in
            kernel(buffer.baseAddress, x, x.count)
            count = x.count
        }
    }

    /// tanh, out of the kernel that makes VUE's tiles of it: one target of 0, and no diagonal within reach.
    private func tanhOf(_ x: [Float]) -> [Float] {
        [Float](unsafeUninitializedCapacity: x.count) { buffer, count in
            ck_emotion_tile(buffer.baseAddress, [0], 1, x, 1, 1, x.count, x.count, 1)
            count = x.count
        }
    }

    /// The sigmoid, out of the kernel that leaves a gate's value in the place of its input.
    private func sigmoidOf(_ x: [Float]) -> [Float] {
        let zeros = [Float](repeating: 0, count: x.count)
        var gate = x
        var out = zeros
        ck_gated_residual(&out, &gate, zeros, zeros, zeros, 1, x.count)
        return gate
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
        let y = apply(ck_gelu, Self.grid)
        var worst: (error: Double, at: Float) = (0, 0)
        for (x, y) in zip(Self.grid, y) {
            let z = Double(x)
            let exact = 0.5 * z * erfc(-z / 2.0.squareRoot())
            let error = abs(Double(y) - exact) / max(1, abs(z))
            if !(error <= worst.error) { worst = (error, x) }
        }
        #expect(worst.error < 3e-7, "at \(worst.at)")
        #expect(apply(ck_gelu, [.infinity, 0, 1e30, -1e30]) == [.infinity, 0, 1e30, 0])
    }

    @Test func geluSlope() {
        let grid = Self.grid.filter { abs($0) < 1e18 }
        let ones = [Float](repeating: 1, count: grid.count)
        var slope = [Float](repeating: 0, count: grid.count)
        ck_gelu_backward(&slope, ones, grid, grid.count)
        var worst: (error: Double, at: Float) = (0, 0)
        for (x, slope) in zip(grid, slope) {
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
            var x = (0..<rows * stride).map { sin(Float($0 * $0 % 1013)) * scale }
            let scores = x
            ck_softmax_rows(&x, rows, columns, stride)
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
        var x: [Float] = [0, -.infinity, 0, 3e38, 3e38, 3e38]
        ck_softmax_rows(&x, 2, 3, 3)
        #expect(x[0] == 0.5 && x[1] < 1e-37 && x[2] == 0.5)
        #expect(x[3] == x[4] && abs(x[3] - 1 / 3) < 1e-7)
    }

    @Test(arguments: [0, 1, 3, 16, 33, 1000])
    func sums(count: Int) {
        let a = (0..<count).map { sin(Float($0)) }
        let b = (0..<count).map { cos(Float($0 * 3)) }
        let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(Double(ck_dot(a, b, count)) - dot) < 1e-5)
    }

    @Test(arguments: [0, 1, 3, 4, 5, 9])
    func columnSums(rows: Int) {
        let columns = 5
        let stride = 8
        let x = (0..<rows * stride).map { Float($0 % 17) }
        var sums = [Float](repeating: 100, count: columns)
        ck_accumulate_column_sums(&sums, x, rows, columns, stride)
        for c in 0..<columns { #expect(sums[c] == (0..<rows).reduce(100) { $0 + x[$1 * stride + c] }) }
    }

    @Test func rowsByIndex() {
        let x: [Float] = [1, 2, 3, 4, 5, 6]
        let index: [Int32] = [2, -1, 0, 2]
        var gathered = [Float](repeating: 9, count: 8)
        ck_gather_rows(&gathered, 2, x, 2, index, 4, 2)
        #expect(gathered == [5, 6, 0, 0, 1, 2, 5, 6])
        var scattered = [Float](repeating: 1, count: 6)
        ck_scatter_add_rows(&scattered, 2, gathered, 2, index, 4, 2)
        #expect(scattered == [2, 3, 1, 1, 11, 13])
    }
}
