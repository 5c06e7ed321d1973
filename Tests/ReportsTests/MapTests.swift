import Foundation
import Tensors
import TestSupport
import Testing

@testable import Reports

/// Maps of points: PCA and t-SNE.
@Suite struct MapTests {
    private func cloud(_ rows: [[Float]]) -> PointCloud {
        PointCloud(Tensor(rows: rows.count, columns: rows[0].count, rows.flatMap { $0 }))
    }

    /// Points around centres that lie far from each other.
    private func clusters(_ count: Int, of size: Int, seed: UInt64 = 3) -> [[Float]] {
        var generator = SplitMix64(seed: seed)
        return (0..<count * size).map { index in
            (0..<12).map { ($0 == index / size ? 20 : 0) + generator.normal() }
        }
    }

    /// A cross of arms 2 and 1, turned and moved: its variances are 2 and 0.5.
    @Test func theFirstComponentsAreThoseOfACross() {
        let (a, b): ([Float], [Float]) = ([0.6, 0, 0.8], [0, 1, 0])
        let rows = [(2, 0), (-2, 0), (0, 1), (0, -1)].map { (s: Float, t: Float) in
            (0..<3).map { 5 + s * a[$0] + t * b[$0] }
        }
        let found = PrincipalComponents(cloud(rows))
        let near = { (values: [Float], expected: [Float]) in
            [1, -1].contains { sign in zip(values, expected).allSatisfy { abs($0 - sign * $1) < 1e-4 } }
        }
        #expect(near(found.places.x, [2, -2, 0, 0]), "\(found.places.x)")
        #expect(near(found.places.y, [0, 0, 1, -1]), "\(found.places.y)")
        #expect(abs(found.shares.x - 0.8) < 1e-6 && abs(found.shares.y - 0.2) < 1e-6)
    }

    @Test func pointsOnALineHaveOneComponentAndEqualPointsNone() {
        let line = PrincipalComponents(cloud([1, 2, 3, 10].map { [$0, 2 * $0, 0] }))
        let length = Float(5).squareRoot()
        for (found, expected) in zip(line.places.x, [-3, -2, -1, 6].map { $0 * length }) {
            #expect(abs(found - expected) < 1e-4)
        }
        #expect(line.places.y == [0, 0, 0, 0] && line.shares.y == 0 && abs(line.shares.x - 1) < 1e-6)
        let point = cloud([[Float]](repeating: [3, 1, 4], count: 12))
        #expect(PrincipalComponents(point).places.x == [Float](repeating: 0, count: 12))
        let plane = TSNE(point).places(from: PrincipalComponents(point).places)
        #expect((plane.x + plane.y).allSatisfy { $0.isFinite })
    }

    @Test func similaritiesHaveThePerplexityThatWasAskedFor() {
        var rows = clusters(2, of: 9)
        rows[1] = rows[0]
        let model = TSNE(cloud(rows), perplexity: 4)
        let p = model.similarities
        let pairs = (0..<18).flatMap { i in (0..<18).map { (i, $0) } }
        #expect(abs(pairs.reduce(0) { $0 + p[$1.0, $1.1] } - 1) < 1e-5)
        #expect(pairs.allSatisfy { p[$0.0, $0.1] == p[$0.1, $0.0] } && (0..<18).allSatisfy { p[$0, $0] == 0 })
        #expect(TSNE(cloud(rows)).perplexity == 17.0 / 3 && model.perplexity == 4)
        // Four corners of a tetrahedron are all equally near: each has a third of the others' share.
        let even = TSNE(cloud([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])).similarities
        #expect(abs(even[0, 1] - 1.0 / 12) < 1e-6 && abs(even[3, 2] - 1.0 / 12) < 1e-6)
    }

    /// 19 points: two whole vectors and a rest.
    @Test func theGradientIsThatOfTheDivergence() {
        let model = TSNE(cloud(Array(clusters(4, of: 5).dropLast())), perplexity: 5)
        var generator = SplitMix64(seed: 9)
        let plane = PlanePoints(
            x: (0..<19).map { _ in generator.normal() }, y: (0..<19).map { _ in generator.normal() })
        let gradient = model.gradient(at: plane)
        let step: Float = 0x1p-7
        func slope(_ axis: WritableKeyPath<PlanePoints, [Float]>, _ point: Int) -> Float {
            let values = [step, -step].map { step in
                var moved = plane
                moved[keyPath: axis][point] += step
                return model.divergence(of: moved)
            }
            return Float((values[0] - values[1]) / Double(2 * step))
        }
        for point in 0..<19 {
            #expect(abs(gradient.x[point] - slope(\.x, point)) < 1e-4, "\(gradient.x[point]) \(slope(\.x, point))")
            #expect(abs(gradient.y[point] - slope(\.y, point)) < 1e-4, "\(gradient.y[point]) \(slope(\.y, point))")
        }
        #expect(gradient.x.contains { abs($0) > 0.01 })
        // With exaggerated similarities only the pull grows.
        let (twice, none) = (model.gradient(at: plane, exaggeration: 2), model.gradient(at: plane, exaggeration: 0))
        for point in 0..<19 {
            #expect(abs(twice.x[point] - 2 * gradient.x[point] + none.x[point]) < 1e-5)
        }
    }

    @Test func clustersStayApart() {
        let rows = clusters(3, of: 21)
        let cloud = cloud(rows)
        let start = PrincipalComponents(cloud).places
        let model = TSNE(cloud)
        let plane = model.places(from: start)
        for point in rows.indices {
            #expect(plane.nearest(to: point, count: 10).allSatisfy { $0 / 21 == point / 21 })
        }
        #expect(cloud.trustworthiness(of: plane, neighbours: 5) > cloud.trustworthiness(of: start, neighbours: 5))
        #expect(model.divergence(of: plane) < 0.5 * model.divergence(of: start))
    }

    @Test func equalSeedsGiveEqualBits() {
        let planes = [1, 2].map { threads in
            withThreads(threads) {
                let cloud = cloud(clusters(3, of: 25))
                let start = PrincipalComponents(cloud).places
                return [start, TSNE(cloud).places(from: start), TSNE(cloud).places(from: start, seed: 2)]
            }
        }
        #expect(planes[0] == planes[1] && planes[0][1] != planes[0][2])
    }

    /// Worked out by hand. Line: A 0, B 1, C 3, D 7; plane: A 0, B 10, C 1, D 11. The nearest in the plane have the ranks A→C 2, B→D 3,
    /// C→A 2, D→B 2 on the line, which are 5 beyond the first: 1 − 2 / (4 · 4) · 5.
    @Test func trustworthinessCountsFalseNeighbours() {
        let line = cloud([[0], [1], [3], [7]])
        let plane = PlanePoints(x: [0, 10, 1, 11], y: [0, 0, 0, 0])
        #expect(line.trustworthiness(of: plane, neighbours: 1) == 0.375)
        #expect(line.trustworthiness(of: PlanePoints(x: [0, 1, 3, 7], y: [0, 0, 0, 0]), neighbours: 1) == 1)
        #expect(line.nearest(to: 2, count: 2) == [1, 0] && plane.nearest(to: 3, count: 3) == [1, 2, 0])
        // Of equally near ones the first.
        #expect(PlanePoints(x: [0, 1, -1, 1], y: [0, 0, 0, 0]).nearest(to: 0, count: 2) == [1, 2])
    }

    /// Embeddings that no plane can hold are a sentence, and no trap.
    @Test(arguments: [Float.infinity, .nan, 1e18, 3e38]) func embeddingsThatAreTooLargeAreRefused(_ value: Float) {
        var rows = clusters(2, of: 6)
        rows[3][2] = value
        let embeddings = Tensor(rows: 12, columns: 12, rows.flatMap { $0 })
        #expect(throws: ReportError.self) { try EmbeddingMap(embeddings, of: Array(0..<12)) }
        let plot = ScatterPlot(
            groups: ["a"], points: [(Double(value), .nan, 0), (0, 0, 0)], xTitle: "", yTitle: "")
        #expect(!plot.drawing.body.contains("nan") && !plot.drawing.body.contains("inf"))
    }
}
