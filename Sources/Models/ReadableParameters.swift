import ConversationModels
import Conversations
import NeuralNetworks
import Tensors

/// What models tell of their parameters; each by its name, and nothing of one that the model does not have.
extension ParameterStore {
    private func parameter(_ name: String) -> Parameter? { entries.first { $0.name == name } }

    /// How large the numbers of a parameter are in the mean: the root of the mean of their squares.
    private static func size(_ numbers: some Collection<Float>) -> Double {
        (numbers.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, numbers.count))).squareRoot()
    }

    static let size = "root mean square"

    /// The weights behind the norms of those text layers that are read.
    var textLayers: ReadableWeights? {
        let values = entries.compactMap { entry -> (name: String, value: Double)? in
            let parts = entry.name.split(separator: ".")
            guard parts.count == 3, parts[0] == "text_norms", parts[2] == "weight", let layer = Int(parts[1]) else {
                return nil
            }
            return ("layer \(layer + 1)", Self.size(entry.value.values))
        }
        guard !values.isEmpty else { return nil }
        return ReadableWeights(
            "Text layers", measure: Self.size, values,
            meaning:
                "Each layer of the text features is normalised and multiplied by a learnt weight for each of its columns, before the layers "
                + "become one. Shown is how large a layer's weights are. All begin at 1; a layer whose weights are larger than another's has "
                + "a larger part in what the model reads of the text.")
    }

    /// The parts of a linear layer's weight that read streams which lie side by side.
    func parts(
        of name: String, _ title: String, _ streams: [(name: String, width: Int)], meaning: String
    ) -> ReadableWeights? {
        guard let weight = parameter(name)?.value else { return nil }
        var (values, first) = ([(name: String, value: Double)](), 0)
        for (stream, width) in streams {
            let numbers = (0..<weight.rows).flatMap { row in (first..<first + width).map { weight[row, $0] } }
            values.append((stream, Self.size(numbers)))
            first += width
        }
        precondition(first == weight.columns, "\(name) has \(weight.columns) columns and streams have \(first)")
        return ReadableWeights(title, measure: Self.size, values, meaning: meaning)
    }

    /// The gates of a graph's convolutions.
    func gates(_ prefix: String, _ title: String) -> [ReadableWeights] {
        let gates = entries.filter { $0.name.hasPrefix(prefix) && $0.name.hasSuffix(".weight") }
        guard !gates.isEmpty else { return [] }
        var (sizes, biases) = ([(name: String, value: Double)](), [(name: String, value: Double)]())
        for (index, gate) in gates.enumerated() {
            let numbers = gate.value.values
            let half = numbers.count / 2
            sizes.append(("\(index + 1), own", Self.size(numbers[..<half])))
            sizes.append(("\(index + 1), neighbour", Self.size(numbers[half...])))
            if let bias = parameter("\(prefix)\(index).bias") {
                biases.append(("\(index + 1)", Double(bias.value.values[0])))
            }
        }
        let formula =
            "In each convolution a node hears a neighbour with the factor tanh(w·own + w′·neighbour + β), from −1 to 1, over the number "
            + "of neighbours."
        return [
            ReadableWeights(
                "\(title): weights of the gates", measure: Self.size, sizes,
                meaning:
                    "\(formula) Shown is how large w (own) and w′ (neighbour) are in each convolution: the larger, the more the factor "
                    + "depends on that side."),
            ReadableWeights(
                "\(title): biases of the gates", measure: "β", biases,
                meaning:
                    "β of each convolution: where the features say nothing, a neighbour is heard with the factor tanh β."
            ),
        ]
    }

    /// Weights of a hypergraph that belong to positions in a minibatch.
    func positions(_ prefix: String) -> ReadableWeights? {
        var values: [(name: String, value: Double)] = []
        for (title, name) in [("hyperedges", "hyperedge_weight"), ("nodes", "node_weight")] {
            guard let numbers = parameter(prefix + name)?.value.values else { continue }
            let sum = numbers.reduce(0.0) { $0 + Double($1) }
            values.append(("\(title), least", Double(numbers.min() ?? 0)))
            values.append(("\(title), mean", sum / Double(max(1, numbers.count))))
            values.append(("\(title), most", Double(numbers.max() ?? 0)))
        }
        guard !values.isEmpty else { return nil }
        return ReadableWeights(
            "Hypergraph: weights of positions", measure: "weight", values,
            meaning:
                "There is a weight for each position in a minibatch's lists of hyperedges and of nodes, whatever stands there. So a single "
                + "weight belongs to no modality and no emotion, and what can be read is how far they went from 1, where they began. They "
                + "stand in divisors: a larger weight makes less of what the hypergraph brings.")
    }

    /// Weights of a hypergraph that belong to kinds of hyperedges and to streams.
    /// - Parameter hyperedges: Those of an utterance, as indices of streams.
    func kinds(_ prefix: String, streams: [String], hyperedges: [[Int]]) -> [ReadableWeights] {
        let names =
            streams.map { "all of \($0)" }
            + hyperedges.map { members in members.map { streams[$0] }.joined(separator: " + ") }
        func values(_ name: String, _ names: [String]) -> [(name: String, value: Double)]? {
            guard let weights = parameter(prefix + name)?.value.values else { return nil }
            return zip(names, weights).map { (name: $0, value: Double($1)) }
        }
        return [
            values("hyperedge_weight", names).map {
                ReadableWeights(
                    "Hypergraph: weights of hyperedges", measure: "weight", $0,
                    meaning:
                        "A node becomes the sum of its hyperedges' means, divided by the sum of their weights. The weights stand in the "
                        + "divisor alone: a larger one makes less of all that the hypergraph brings to the nodes of that hyperedge, and does "
                        + "not say that one hyperedge of a node counts more than another. All begin at 1.")
            },
            values("node_weight", streams).map {
                ReadableWeights(
                    "Hypergraph: weights of nodes", measure: "weight", $0,
                    meaning:
                        "A hyperedge's mean is the sum of its nodes, divided by the sum of their weights: a larger weight makes less of every "
                        + "hyperedge that has a node of that stream. All begin at 1.")
            },
        ].compactMap { $0 }
    }
}

extension Modalities {
    /// The names of streams in a report.
    var streamNames: [String] { members.map(\.rawValue) }
}
