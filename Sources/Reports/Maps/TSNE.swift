import Concurrency
import Foundation
import Tensors

/// t-SNE (van der Maaten and Hinton, 2008), exact: points that are near to each other in many dimensions are near to each other in the
/// plane. Equal points and seeds give equal bits, on any number of threads.
///
/// It begins with the first two principal components, goes on as the paper says, and takes the step size of Belkina et al. (2019).
struct TSNE {
    /// n.
    let count: Int
    /// How many neighbours a point has, smoothly counted: 30, or a third of the others where they are few.
    let perplexity: Double
    /// p_ij: how near two points are to each other, [n, n]; the sum of all is 1.
    let similarities: Tensor

    /// Steps, those of them at the beginning in which similarities are exaggerated, and how much.
    private static let (steps, early, exaggeration) = (1000, 250, Float(12))

    init(_ cloud: PointCloud, perplexity wanted: Double = 30) {
        precondition(cloud.count > 3, "a map needs neighbours")
        let n = cloud.count
        count = n
        perplexity = min(wanted, Double(n - 1) / 3)
        let conditional = Tensor(rows: n, columns: n)
        let (own, entropy) = (conditional.values, log(perplexity))
        Compute.forEach(n) { point in
            let row = Self.shares(cloud.squaredDistances(from: point), except: point, entropy: entropy)
            for other in 0..<n { own[point * n + other] = row[other] }
        }
        similarities = Tensor(rows: n, columns: n)
        let both = similarities.values
        Compute.forEach(n) { point in
            for other in 0..<n {
                both[point * n + other] = (own[point * n + other] + own[other * n + point]) / Float(2 * n)
            }
        }
    }

    /// The shares of a point's neighbours in a normal distribution around it that is as wide as the entropy says.
    private static func shares(_ distances: [Float], except point: Int, entropy wanted: Double) -> [Float] {
        let others = distances.indices.filter { $0 != point }
        let nearest = others.reduce(Float.infinity) { min($0, distances[$1]) }
        let beyond = distances.map { Double($0 - nearest) }
        let mean = others.reduce(0.0) { $0 + beyond[$1] } / Double(others.count)
        var (beta, low, high) = (1 / max(mean, 1e-30), 0.0, Double.infinity)
        var weights = [Double](repeating: 0, count: distances.count)
        var sum = 0.0
        for _ in 0..<100 {
            var moment = 0.0
            sum = 0
            for other in others {
                let weight = exp(-beta * beyond[other])
                weights[other] = weight
                sum += weight
                moment += weight * beyond[other]
            }
            let entropy = log(sum) + beta * moment / sum
            if abs(entropy - wanted) < 1e-5 { break }
            if entropy > wanted { low = beta } else { high = beta }
            beta = high.isInfinite ? 2 * beta : (low + high) / 2
            // Neighbours that are all equally near have one entropy, however wide the distribution is.
            if !beta.isFinite || beta <= 0 { break }
        }
        return weights.map { Float($0 / sum) }
    }

    /// What the map gets wrong: Σ p log(p / q), the divergence of Kullback and Leibler.
    func divergence(of plane: PlanePoints) -> Double {
        func closeness(_ i: Int, _ j: Int) -> Double {
            let (dx, dy) = (Double(plane.x[i]) - Double(plane.x[j]), Double(plane.y[i]) - Double(plane.y[j]))
            return 1 / (1 + dx * dx + dy * dy)
        }
        let pairs = (0..<count).flatMap { i in (0..<count).compactMap { j in i == j ? nil : (i, j) } }
        let total = pairs.reduce(0.0) { $0 + closeness($1.0, $1.1) }
        return pairs.reduce(0.0) { sum, pair in
            let p = Double(similarities[pair.0, pair.1])
            return p > 0 ? sum + p * log(p / (closeness(pair.0, pair.1) / total)) : sum
        }
    }

    /// How the divergence grows along each coordinate: 4 Σ_j (p_ij − q_ij) (y_i − y_j) / (1 + |y_i − y_j|²).
    /// - Parameter exaggeration: What p is multiplied with.
    func gradient(at plane: PlanePoints, exaggeration: Float = 1) -> PlanePoints {
        let n = count
        let parts = Tensor(rows: n, columns: 5)
        let coordinates = Tensor(rows: 2, columns: n, plane.x + plane.y)
        let (p, out, xy) = (similarities.values, parts.values, coordinates.values)
        let (x, y) = (UnsafeBufferPointer(xy).extracting(0..<n), UnsafeBufferPointer(xy).extracting(n..<2 * n))
        Compute.forEachRange(n, minimum: 32) { rows in
            for row in rows {
                let sums = Self.sums(row, x, y, UnsafeBufferPointer(p).extracting(row * n..<(row + 1) * n))
                for (index, sum) in sums.enumerated() { out[row * 5 + index] = sum }
            }
        }
        // Each point is as close to itself as can be, which does not count.
        let total = (0..<n).reduce(0.0) { $0 + Double(out[$1 * 5]) } - Double(n)
        let repulsion = Float(1 / max(total, 1e-30))
        func component(_ index: Int) -> [Float] {
            (0..<n).map { 4 * (exaggeration * out[$0 * 5 + 1 + index] - repulsion * out[$0 * 5 + 3 + index]) }
        }
        return PlanePoints(x: component(0), y: component(1))
    }

    /// Of one point, over all others: the sum of c = 1 / (1 + d²), of p·c times both differences, and of c² times both.
    private static func sums(
        _ row: Int, _ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>, _ p: UnsafeBufferPointer<Float>
    ) -> [Float] {
        typealias Lanes = SIMD8<Float>
        func lanes(_ values: UnsafeBufferPointer<Float>, _ first: Int) -> Lanes {
            UnsafeRawPointer(values.baseAddress! + first).loadUnaligned(as: Lanes.self)
        }
        let (ownX, ownY, whole) = (x[row], y[row], x.count / 8 * 8)
        var (total, pullX, pullY, pushX, pushY) = (Lanes(), Lanes(), Lanes(), Lanes(), Lanes())
        for first in stride(from: 0, to: whole, by: 8) {
            let (dx, dy) = (ownX - lanes(x, first), ownY - lanes(y, first))
            let closeness = 1 / (1 + dx * dx + dy * dy)
            let (pull, push) = (lanes(p, first) * closeness, closeness * closeness)
            total += closeness
            pullX += pull * dx
            pullY += pull * dy
            pushX += push * dx
            pushY += push * dy
        }
        var sums = [total, pullX, pullY, pushX, pushY].map { $0.sum() }
        for other in whole..<x.count {
            let (dx, dy) = (ownX - x[other], ownY - y[other])
            let closeness = 1 / (1 + dx * dx + dy * dy)
            let terms = [
                closeness, p[other] * closeness * dx, p[other] * closeness * dy, closeness * closeness * dx,
                closeness * closeness * dy,
            ]
            for (index, term) in terms.enumerated() { sums[index] += term }
        }
        return sums
    }

    /// The points' places in the plane.
    func places(from start: PlanePoints, seed: UInt64 = 1) -> PlanePoints {
        var generator = SplitMix64(seed: seed)
        let spread = (start.x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)).squareRoot()
        // Very near to each other at first; a little noise tells points of one place apart.
        func first(_ values: [Float]) -> [Float] {
            values.map { Float(1e-4 * Double($0) / max(spread, 1e-30)) + 1e-6 * generator.normal() }
        }
        var plane = PlanePoints(x: first(start.x), y: first(start.y))
        let zero = [Float](repeating: 0, count: count)
        var (motion, gains) = (
            [zero, zero], [[Float](repeating: 1, count: count), [Float](repeating: 1, count: count)]
        )
        let rate = max(Float(count) / Self.exaggeration / 4, 50)
        for step in 0..<Self.steps {
            let isEarly = step < Self.early
            let slope = gradient(at: plane, exaggeration: isEarly ? Self.exaggeration : 1)
            func advance(_ values: inout [Float], _ slope: [Float], _ axis: Int) {
                for point in 0..<count {
                    let agrees = slope[point] * motion[axis][point] > 0
                    gains[axis][point] = max(0.01, agrees ? gains[axis][point] * 0.8 : gains[axis][point] + 0.2)
                    motion[axis][point] =
                        (isEarly ? 0.5 : 0.8) * motion[axis][point] - rate * gains[axis][point] * slope[point]
                    values[point] += motion[axis][point]
                }
            }
            advance(&plane.x, slope.x, 0)
            advance(&plane.y, slope.y, 1)
        }
        return plane
    }
}
