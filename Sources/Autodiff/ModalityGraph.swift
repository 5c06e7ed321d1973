import Tensors

/// A graph of every dialogue's M·n nodes, in which a node meets the other utterances of its modality and the other modalities of its
/// utterance, itself included: where the weights of its edges lie in one flat tensor.
///
/// Dialogue after dialogue: for each stream a dense [n, n], then for each utterance an [M, M] whose diagonal is not in use.
struct ModalityGraph {
    let streams: Int
    let spans: DialogueSpans
    private let lengths: [Int]
    private let first: [Int]
    /// Weights in all.
    let count: Int

    init(streams: Int, lengths: [Int]) {
        self.streams = streams
        self.lengths = lengths
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

    var dialogues: Int { lengths.count }

    /// The weights within a stream of a dialogue, [n, n].
    func within(_ weights: Tensor, _ dialogue: Int, _ stream: Int) -> Tensor {
        let n = lengths[dialogue]
        return weights.part(from: first[dialogue] + stream * n * n, rows: n, columns: n)
    }

    /// The weights between the streams of a dialogue's utterances, [n, M·M].
    func across(_ weights: Tensor, _ dialogue: Int) -> Tensor {
        let n = lengths[dialogue]
        return weights.part(from: first[dialogue] + streams * n * n, rows: n, columns: streams * streams)
    }

    /// Calls `body` for every pair of different streams.
    func forEachPair(_ body: (_ stream: Int, _ other: Int) -> Void) {
        for stream in 0..<streams {
            for other in 0..<streams where other != stream { body(stream, other) }
        }
    }
}
