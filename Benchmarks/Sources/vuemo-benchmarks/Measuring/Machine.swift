import CMachine
import Concurrency
import Foundation
import Tensors

/// What this machine can do: the yardstick of every line.
struct Machine: Codable {
    /// The processor's name, as the system gives it.
    let processor: String
    /// Threads of the engine.
    let threads: Int
    /// Operations per second of large matrix products on one thread, as the engine makes them.
    let multiplyRateOfOneThread: Double
    /// The same on all threads, each with its own part of the product.
    let multiplyRate: Double
    /// The same on all threads by OpenBLAS as it is.
    let openBLASRate: Double
    /// Bytes per second when all threads read memory.
    let readBandwidth: Double
    /// Bytes per second, read and written, when all threads copy memory.
    let copyBandwidth: Double

    enum CodingKeys: String, CodingKey {
        case processor, threads
        case multiplyRateOfOneThread = "multiply_rate_of_one_thread"
        case multiplyRate = "multiply_rate"
        case openBLASRate = "openblas_rate"
        case readBandwidth = "read_bandwidth"
        case copyBandwidth = "copy_bandwidth"
    }

    /// The larger bandwidth: what floors are made of.
    var bandwidth: Double { max(readBandwidth, copyBandwidth) }

    /// Measures for about two seconds; sets `Compute.threads`.
    static func measure(threads: Int) -> Machine {
        Compute.threads = 1
        let one = multiplicationRate()
        Compute.threads = threads
        let memory = Memory()
        return Machine(
            processor: processorName(), threads: threads, multiplyRateOfOneThread: one,
            multiplyRate: multiplicationRate(),
            openBLASRate: multiplicationRate(by: openBLAS), readBandwidth: memory.readBandwidth(),
            copyBandwidth: memory.copyBandwidth())
    }

    /// Operations per second of the best of three shapes, each a median.
    static func multiplicationRate(
        by multiply: (Matrix, Matrix, Matrix) -> Void = { MatrixProduct.multiply($0, $1, into: $2) }
    ) -> Double {
        [(1024, 1024, 1024), (3072, 512, 1024), (768, 512, 3072)].map { rows, inner, columns in
            let a = Tensor.random(rows, inner, seed: 1)
            let b = Tensor.random(inner, columns, seed: 2)
            let c = Tensor(rows: rows, columns: columns)
            let seconds = Stopwatch.median(of: 9) { multiply(a.matrix, b.matrix, c.matrix) }
            return Cost.product(rows, inner, columns).operations / seconds
        }.max()!
    }

    /// OpenBLAS on every thread, split as the engine splits its own products.
    private static func openBLAS(_ a: Matrix, _ b: Matrix, into c: Matrix) {
        Compute.forEachRange(c.rows, minimum: 32) { MatrixProduct.multiplyByOpenBLAS(a.rows($0), b, into: c.rows($0)) }
    }

    private static func processorName() -> String {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    /// Two blocks, far larger than any cache.
    private struct Memory {
        private static let count = 1 << 26
        private let source = Tensor(rows: 1, columns: count, repeating: 1)
        private let target = Tensor(rows: 1, columns: count, repeating: 0)

        func readBandwidth() -> Double {
            let sums = Tensor(rows: 1, columns: 64, repeating: 0)
            let seconds = Stopwatch.median(of: 5) {
                Compute.forEach(64) { part in
                    let length = Self.count / 64
                    sums.values[part] += cm_sum(
                        source.part(from: part * length, rows: 1, columns: length).values.baseAddress, length)
                }
            }
            precondition(sums.values[0] > 0, "the sum is used, so that it is computed")
            return 4 * Double(Self.count) / seconds
        }

        func copyBandwidth() -> Double {
            let seconds = Stopwatch.median(of: 5) {
                Compute.forEach(64) { part in
                    let length = Self.count / 64
                    _ = target.part(from: part * length, rows: 1, columns: length).values.update(
                        from: source.part(from: part * length, rows: 1, columns: length).values)
                }
            }
            return 8 * Double(Self.count) / seconds
        }
    }
}
