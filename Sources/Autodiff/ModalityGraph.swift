import Tensors

/// A graph of every dialogue's M·n nodes, in which a node meets the other utterances of its modality and the other modalities of its
/// utterance, itself included: where the weights of its edges lie in one flat tensor.
///
/// Dialogue after dialogue: for each stream a dense [n, n], then for each utterance an [M, M] whose diagonal is not in use.
struct ModalityGraph {
    let streams: Int
    let spans: DialogueSpans
    private let first: [Int]
    /// Weights in all.
    let count: Int

    init(streams: Int, lengths: [Int]) {
        self.streams = streams
        spans = DialogueSpans(lengths)
        var first: [Int] = []
        var total = 0
        for n in lengths {
            first.append(total)
            total += streams * n * n + n * streams * streams
        }
        self.first = first
        count = total
    }

    /// The weights within a stream of a dialogue, [n, n].
    func within(_ weights: Tensor, _ dialogue: Int, _ stream: Int) -> Tensor {
        let n = spans[dialogue].count
        return weights.part(from: first[dialogue] + stream * n * n, rows: n, columns: n)
    }

    /// The weights between the streams of a dialogue's utterances, [n, M·M].
    func across(_ weights: Tensor, _ dialogue: Int) -> Tensor {
        let n = spans[dialogue].count
        return weights.part(from: first[dialogue] + streams * n * n, rows: n, columns: streams * streams)
    }

    /// A dialogue's rows of one stream, in a tensor [N, M·h].
    func block(_ tensor: Tensor, _ dialogue: Int, _ stream: Int) -> Matrix {
        let h = tensor.columns / streams
        return tensor.rows(spans[dialogue]).matrix(columns: stream * h..<(stream + 1) * h)
    }

    /// Calls `body` for every two different streams of a dialogue's utterances: the place of their weight in `across`, and of the first
    /// number of each node in a tensor [N, M·width].
    func forEachAcross(_ dialogue: Int, width: Int, _ body: (_ weight: Int, _ node: Int, _ other: Int) -> Void) {
        for (i, row) in spans[dialogue].enumerated() {
            for stream in 0..<streams {
                for other in 0..<streams where other != stream {
                    body(
                        (i * streams + stream) * streams + other, (row * streams + stream) * width,
                        (row * streams + other) * width)
                }
            }
        }
    }
}
