import Autodiff
import Tensors
import Testing

@Suite struct HypergraphTests {
    /// An utterance's hyperedges for M modalities and g: every pair with g, every modality with g.
    private static func hyperedges(_ modalities: Int) -> UtteranceHyperedges {
        var members: [[Int]] = []
        for a in 0..<modalities {
            for b in 0..<modalities where b > a { members.append([a, b, modalities]) }
        }
        for a in (0..<modalities).reversed() { members.append([a, modalities]) }
        return UtteranceHyperedges(members: members)
    }

    /// An utterance's hyperedges without g: every pair of modalities.
    private static func pairs(_ modalities: Int) -> UtteranceHyperedges {
        UtteranceHyperedges(
            members: (0..<modalities).flatMap { a in (a + 1..<max(a + 1, modalities)).map { [a, $0] } })
    }

    /// The whole batch as one list of nodes (stream after stream in every dialogue) and one of hyperedges.
    private func reference(
        _ v: [Grid], streams: Int, lengths: [Int], hyperedges: [[Int]], weighting: HypergraphWeighting,
        residual: Bool = true
    ) -> Grid {
        let x = v[0]
        let h = x.columns / streams
        let starts = starts(lengths)
        var nodes: [(row: Int, stream: Int)] = []
        var edges: [[Int]] = []
        var edgeKind: [Int] = []
        for (dialogue, n) in lengths.enumerated() {
            let first = nodes.count
            func node(_ stream: Int, _ utterance: Int) -> Int { first + stream * n + utterance }
            for stream in 0..<streams {
                for utterance in 0..<n { nodes.append((starts[dialogue] + utterance, stream)) }
                edges.append((0..<n).map { node(stream, $0) })
                edgeKind.append(stream)
            }
            for utterance in 0..<n {
                for (kind, members) in hyperedges.enumerated() {
                    edges.append(members.map { node($0, utterance) })
                    edgeKind.append(streams + kind)
                }
            }
        }
        let w = edges.indices.map { v[1].values[weighting == .positional ? $0 : edgeKind[$0]] }
        let u = nodes.indices.map { v[2].values[weighting == .positional ? $0 : nodes[$0].stream] }
        var edgeSums = [Double](repeating: 0, count: edges.count)
        var nodeSums = [Double](repeating: 0, count: nodes.count)
        for (edge, members) in edges.enumerated() {
            for node in members {
                edgeSums[edge] += u[node]
                nodeSums[node] += w[edge]
            }
        }
        func inverse(_ x: Double) -> Double { x == 0 ? 0 : 1 / x }
        let input = nodes.map { node in (0..<h).map { x[node.row, node.stream * h + $0] } }
        var values = input
        for bias in v[3...] {
            var next = [[Double]](repeating: [Double](repeating: 0, count: h), count: nodes.count)
            for (edge, members) in edges.enumerated() {
                var mean = [Double](repeating: 0, count: h)
                for node in members {
                    for c in 0..<h { mean[c] += values[node][c] }
                }
                for node in members {
                    for c in 0..<h { next[node][c] += mean[c] * inverse(edgeSums[edge]) }
                }
            }
            for node in nodes.indices {
                for c in 0..<h {
                    let y = next[node][c] * inverse(nodeSums[node]) + bias.values[c]
                    next[node][c] = y > 0 ? y : 0.01 * y
                }
            }
            values = next
        }
        var out = Grid(rows: x.rows, columns: x.columns)
        for (index, node) in nodes.enumerated() {
            for c in 0..<h {
                out[node.row, node.stream * h + c] = values[index][c] + (residual ? input[index][c] : 0)
            }
        }
        return out
    }

    private func inputs(modalities m: Int, h: Int, layers: Int, lengths: [Int], weighting: HypergraphWeighting)
        -> [Grid]
    {
        let n = lengths.reduce(0, +)
        let kinds = m * (m + 1) / 2
        let positional = weighting == .positional
        var generator = SplitMix64(seed: 37)
        var v = [
            Grid.random(n, (m + 1) * h, using: &generator),
            .random(1, positional ? lengths.count * (m + 1) + n * kinds : m + 1 + kinds, scale: 0.5, using: &generator),
            .random(1, positional ? n * (m + 1) : m + 1, scale: 0.5, using: &generator),
        ]
        // Weights stay near 1, where training begins.
        for index in 1...2 { v[index].values = v[index].values.map { $0 + 1 } }
        return v + (0..<layers).map { _ in .random(1, h, using: &generator) }
    }

    private func check(
        modalities: Int, h: Int, layers: Int, lengths: [Int], weighting: HypergraphWeighting, directions: Int = 2,
        elements: Int = 6,
        changing change: (inout [Grid]) -> Void = { _ in }
    ) {
        let hyperedges = Self.hyperedges(modalities)
        var v = inputs(modalities: modalities, h: h, layers: layers, lengths: lengths, weighting: weighting)
        change(&v)
        checkOperation(v, directions: directions, elements: elements) { tape, v in
            tape.hypergraph(
                v[0], edgeWeight: v[1], nodeWeight: v[2], biases: Array(v[3...]), hyperedges: hyperedges,
                weighting: weighting,
                streams: modalities + 1, lengths: lengths)
        } reference: {
            reference(
                $0, streams: modalities + 1, lengths: lengths, hyperedges: hyperedges.members, weighting: weighting)
        }
    }

    @Test(arguments: 1...3, [HypergraphWeighting.positional, .byKind])
    func explicitEdgeLists(modalities: Int, weighting: HypergraphWeighting) {
        for lengths in [[1], [4], [2, 1, 3]] {
            check(modalities: modalities, h: 3, layers: 2, lengths: lengths, weighting: weighting)
        }
    }

    /// As VUEMO has it without its virtual unified emotion: streams of modalities only, down to one.
    @Test(arguments: 1...3, [HypergraphWeighting.positional, .byKind])
    func modalitiesOnly(modalities: Int, weighting: HypergraphWeighting) {
        let hyperedges = Self.pairs(modalities)
        for lengths in [[1], [4], [2, 1, 3]] {
            let (n, kinds, h) = (lengths.reduce(0, +), hyperedges.members.count, 3)
            let positional = weighting == .positional
            var generator = SplitMix64(seed: 38)
            var v = [
                Grid.random(n, modalities * h, using: &generator),
                .random(
                    1, positional ? lengths.count * modalities + n * kinds : modalities + kinds, scale: 0.5,
                    using: &generator),
                .random(1, positional ? n * modalities : modalities, scale: 0.5, using: &generator),
                .random(1, h, using: &generator), .random(1, h, using: &generator),
            ]
            for index in 1...2 { v[index].values = v[index].values.map { $0 + 1 } }
            checkOperation(v, directions: 2, elements: 6) { tape, v in
                tape.hypergraph(
                    v[0], edgeWeight: v[1], nodeWeight: v[2], biases: Array(v[3...]), hyperedges: hyperedges,
                    weighting: weighting, streams: modalities, lengths: lengths)
            } reference: {
                reference(
                    $0, streams: modalities, lengths: lengths, hyperedges: hyperedges.members, weighting: weighting)
            }
        }
    }

    @Test(arguments: [HypergraphWeighting.positional, .byKind])
    func eightLayers(weighting: HypergraphWeighting) {
        check(modalities: 3, h: 2, layers: 8, lengths: [3, 2], weighting: weighting, directions: 1, elements: 2)
    }

    @Test(arguments: [HypergraphWeighting.positional, .byKind])
    func longDialogue(weighting: HypergraphWeighting) {
        check(modalities: 2, h: 2, layers: 2, lengths: [131], weighting: weighting, directions: 1, elements: 1)
    }

    /// M3NET's hypergraph: one hyperedge joins an utterance's modalities, and nothing is added to the result.
    @Test(arguments: 1...4, 0...3)
    func oneHyperedgeOfAllStreams(streams: Int, layers: Int) {
        let hyperedges = UtteranceHyperedges(members: [Array(0..<streams)])
        for lengths in [[1], [2, 1, 3]] {
            let n = lengths.reduce(0, +)
            var generator = SplitMix64(seed: 38)
            var v = [
                Grid.random(n, streams * 3, using: &generator),
                .random(1, lengths.count * streams + n, scale: 0.5, using: &generator),
                .random(1, n * streams, scale: 0.5, using: &generator),
            ]
            for index in 1...2 { v[index].values = v[index].values.map { $0 + 1 } }
            v += (0..<layers).map { _ in .random(1, 3, using: &generator) }
            checkOperation(v, directions: 2, elements: 4) { tape, v in
                tape.hypergraph(
                    v[0], edgeWeight: v[1], nodeWeight: v[2], biases: Array(v[3...]), hyperedges: hyperedges,
                    weighting: .positional, residual: false, streams: streams, lengths: lengths)
            } reference: {
                reference(
                    $0, streams: streams, lengths: lengths, hyperedges: hyperedges.members, weighting: .positional,
                    residual: false)
            }
        }
    }

    /// More positional weights than the batch needs: the rest has no gradient.
    @Test func spareWeights() {
        check(modalities: 2, h: 2, layers: 1, lengths: [2, 1], weighting: .positional, elements: 40) { v in
            for index in 1...2 {
                var longer = Grid(rows: 1, columns: v[index].columns + 5, repeating: 1)
                longer.values.replaceSubrange(0..<v[index].columns, with: v[index].values)
                v[index] = longer
            }
        }
    }

    /// Weights that add up to 0 count as 0, not as infinity.
    @Test func vanishingSums() {
        let lengths = [2]
        let hyperedges = Self.hyperedges(1)
        var v = inputs(modalities: 1, h: 2, layers: 2, lengths: lengths, weighting: .byKind)
        v[1].values = [1, 1, -1]
        v[2].values = [0, 1]
        let tape = Tape(mode: .evaluation)
        let variables = v.map { Variable($0.tensor) }
        let y = tape.hypergraph(
            variables[0], edgeWeight: variables[1], nodeWeight: variables[2], biases: Array(variables[3...]),
            hyperedges: hyperedges, weighting: .byKind, streams: 2, lengths: lengths)
        let expected = reference(v, streams: 2, lengths: lengths, hyperedges: hyperedges.members, weighting: .byKind)
        #expect(largestError(Grid(y.value), expected) < 1e-5)
        let count = y.value.count
        tape.backward(
            from: tape.linear(
                tape.reshape(y, rows: 1, columns: count),
                weight: .constant(Tensor(rows: 1, columns: count, repeating: 1))))
        for variable in variables { #expect(variable.gradient?.values.allSatisfy { $0.isFinite } ?? false) }
    }
}
