import Tensors

/// Points along the two directions in which they differ most.
struct PrincipalComponents {
    /// Their places along both, around the mean; in each direction the place that is farthest from the mean is above it.
    let places: PlanePoints
    /// The shares of both directions in the points' variance.
    let shares: (x: Double, y: Double)

    /// Directions that are looked for beside the two, so that these are found soon.
    private static let (beside, rounds) = (8, 300)

    /// The first eigenvectors of the matrix of products, by orthogonal iteration (Golub and Van Loan, 2013, 8.2.4) from seeded vectors.
    init(_ cloud: PointCloud) {
        let (n, width) = (cloud.count, min(cloud.count, 2 + Self.beside))
        var generator = SplitMix64(seed: 1)
        var basis = (0..<width).map { _ in (0..<n).map { _ in Double(generator.normal()) } }
        let scatter = cloud.scatter
        var (values, turns) = ([Double](), [[Double]]())
        for _ in 0..<Self.rounds {
            Self.orthonormalise(&basis)
            let q = Tensor(rows: n, columns: width, (0..<n * width).map { Float(basis[$0 % width][$0 / width]) })
            let y = Tensor(rows: n, columns: width)
            MatrixProduct.multiply(cloud.products.matrix, q.matrix, into: y.matrix)
            let images = (0..<width).map { column in (0..<n).map { Double(y[$0, column]) } }
            let small = basis.map { vector in images.map { dot(vector, $0) } }
            (values, turns) = Self.eigenvectors(of: small)
            // How far both are from being eigenvectors, to the accuracy that float32 has.
            let faults = (0..<min(2, width)).map { index in
                (0..<n).reduce(0.0) { sum, row in
                    let fault = (0..<width).reduce(0.0) {
                        $0 + turns[index][$1] * (images[$1][row] - values[index] * basis[$1][row])
                    }
                    return sum + fault * fault
                }
            }
            if faults.allSatisfy({ $0.squareRoot() <= 1e-6 * scatter }) { break }
            basis = images
        }
        func component(_ index: Int) -> (places: [Float], share: Double) {
            // Below that it is the rounding of products in float32.
            guard index < width, values[index] > 1e-6 * scatter else { return ([Float](repeating: 0, count: n), 0) }
            let length = values[index].squareRoot()
            var places = (0..<n).map { row in
                length * (0..<width).reduce(0.0) { $0 + turns[index][$1] * basis[$1][row] }
            }
            if let farthest = places.max(by: { abs($0) < abs($1) }), farthest < 0 { places = places.map { -$0 } }
            return (places.map(Float.init), values[index] / scatter)
        }
        let (x, y) = (component(0), component(1))
        places = PlanePoints(x: x.places, y: y.places)
        shares = (x.share, y.share)
    }

    /// Gram and Schmidt, twice, so that rounding does not matter; a vector that depends on earlier ones becomes 0.
    private static func orthonormalise(_ vectors: inout [[Double]]) {
        for index in vectors.indices {
            let first = dot(vectors[index], vectors[index]).squareRoot()
            for _ in 0..<2 {
                for earlier in 0..<index {
                    let share = dot(vectors[index], vectors[earlier])
                    for row in vectors[index].indices { vectors[index][row] -= share * vectors[earlier][row] }
                }
            }
            let length = dot(vectors[index], vectors[index]).squareRoot()
            let scale = length > 1e-10 * first ? 1 / length : 0
            for row in vectors[index].indices { vectors[index][row] *= scale }
        }
    }

    /// Jacobi's rotations of a small symmetric matrix.
    /// - Returns: Its eigenvalues, the largest first, and the eigenvector of each.
    private static func eigenvectors(of matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
        let n = matrix.count
        var (a, v) = (matrix, (0..<n).map { row in (0..<n).map { $0 == row ? 1.0 : 0 } })
        for _ in 0..<60 {
            let size = a.joined().reduce(0) { $0 + $1 * $1 }
            let rest = (0..<n).reduce(0.0) { sum, row in
                sum + (0..<n).reduce(0.0) { $1 == row ? $0 : $0 + a[row][$1] * a[row][$1] }
            }
            if rest <= 1e-28 * size { break }
            for p in 0..<n {
                for q in p + 1..<max(n, p + 1) where a[p][q] != 0 {
                    let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot()
                    let s = t * c
                    for k in 0..<n { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
                    for k in 0..<n { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
                    for k in 0..<n { (v[p][k], v[q][k]) = (c * v[p][k] - s * v[q][k], s * v[p][k] + c * v[q][k]) }
                }
            }
        }
        let order = (0..<n).sorted { (a[$1][$1], $0) < (a[$0][$0], $1) }
        return (order.map { a[$0][$0] }, order.map { v[$0] })
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
