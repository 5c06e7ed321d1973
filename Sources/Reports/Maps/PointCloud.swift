import Tensors

/// Points in a space of many dimensions, by the products of all pairs of them: what PCA and t-SNE need.
struct PointCloud {
    /// How many points, n.
    let count: Int
    /// x_i · x_j of the points around their mean, [n, n].
    let products: Tensor

    /// - Parameter rows: [n, D]
    init(_ rows: Tensor) {
        count = rows.rows
        let centred = rows.copy()
        let values = centred.values
        for column in 0..<rows.columns {
            var sum = 0.0
            for row in 0..<count { sum += Double(values[row * rows.columns + column]) }
            let mean = Float(sum / Double(max(1, count)))
            for row in 0..<count { values[row * rows.columns + column] -= mean }
        }
        products = Tensor(rows: count, columns: count)
        MatrixProduct.multiply(centred.matrix, centred.matrix.transposed, into: products.matrix)
    }

    /// The squared distances of a point from all points.
    func squaredDistances(from point: Int) -> [Float] {
        let values = products.values
        let own = values[point * count + point]
        // Equal points have equal products, and so a distance of exactly 0.
        return (0..<count).map { max(0, own + values[$0 * count + $0] - 2 * values[point * count + $0]) }
    }

    /// The sum of the points' squared distances from their mean.
    var scatter: Double { (0..<count).reduce(0) { $0 + Double(products[$1, $1]) } }
}

/// Points in a plane, one for each of a cloud.
struct PlanePoints: Equatable {
    var x: [Float]
    var y: [Float]

    /// The points that are nearest to a point, the nearest first, of equally near ones the first.
    func nearest(to point: Int, count: Int) -> [Int] {
        var found: [(distance: Float, index: Int)] = []
        for other in x.indices where other != point {
            let (dx, dy) = (x[other] - x[point], y[other] - y[point])
            PointCloud.keep(dx * dx + dy * dy, other, in: &found, atMost: count)
        }
        return found.map(\.index)
    }
}

extension PointCloud {
    /// The points that are nearest to a point, the nearest first, of equally near ones the first.
    func nearest(to point: Int, count: Int) -> [Int] {
        var found: [(distance: Float, index: Int)] = []
        for (other, distance) in squaredDistances(from: point).enumerated() where other != point {
            Self.keep(distance, other, in: &found, atMost: count)
        }
        return found.map(\.index)
    }

    fileprivate static func keep(
        _ distance: Float, _ index: Int, in found: inout [(distance: Float, index: Int)], atMost count: Int
    ) {
        if found.count == count, distance >= found[count - 1].distance { return }
        let place = found.firstIndex { distance < $0.distance } ?? found.count
        found.insert((distance, index), at: place)
        if found.count > count { found.removeLast() }
    }

    /// How far the neighbours in a plane are neighbours here too: 1 where all of them are (Venna and Kaski, 2001).
    ///
    /// 1 − 2 / (n k (2n − 3k − 1)) · Σ_i Σ_j max(0, r(i, j) − k), where j are the k nearest of i in the plane and r their ranks here.
    /// - Parameter neighbours: k; less than half of the points.
    func trustworthiness(of plane: PlanePoints, neighbours: Int) -> Double {
        precondition(neighbours > 0 && 2 * neighbours < count, "\(neighbours) neighbours of \(count) points")
        var penalty = 0
        for point in 0..<count {
            let distances = squaredDistances(from: point)
            for other in plane.nearest(to: point, count: neighbours) {
                // Of equally near points the first is the nearer one.
                let nearer = distances.indices.count {
                    $0 != point && (distances[$0], $0) < (distances[other], other)
                }
                penalty += max(0, nearer + 1 - neighbours)
            }
        }
        let most = Double(count * neighbours) * Double(2 * count - 3 * neighbours - 1)
        return 1 - 2 / most * Double(penalty)
    }
}
