import Tensors

/// Where every step of every dialogue of a minibatch lies for a recurrent layer: time after time, and at each time the
/// dialogues that are still running.
///
/// Row `offset[t] + j` is step t of the j-th dialogue. The dialogues running at a time are always the first `active[t]`, so
/// a step is one product over contiguous rows.
public struct SequenceLayout: Sendable {
    /// Number of steps T: the longest dialogue's length.
    public let steps: Int
    /// Number of dialogues running at each time, never increasing.
    package let active: [Int]
    /// First row of each time.
    public let offset: [Int]
    /// Number of rows: Σ active.
    public let rows: Int
    /// For every row the flat utterance row (dialogues end to end) it stands for. In a padded layout, padding stands for
    /// one shared row after the last utterance.
    public let source: [Int32]
    /// For every flat utterance row its row here.
    public let rowOfUtterance: [Int32]

    /// Dialogues without padding, longest first: what a packed sequence of PyTorch does.
    public init(packing lengths: [Int]) {
        let order = lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }
        self.init(lengths: lengths, order: order) { time in lengths.count { $0 > time } }
    }

    /// Every dialogue padded to the longest, in the given order: states run over the padding, too.
    public init(padding lengths: [Int]) {
        self.init(lengths: lengths, order: Array(lengths.indices)) { _ in lengths.count }
    }

    private init(lengths: [Int], order: [Int], active: (Int) -> Int) {
        precondition(!lengths.isEmpty && lengths.allSatisfy { $0 > 0 }, "a dialogue has at least one utterance")
        steps = lengths.max()!
        var first: [Int] = []
        var total = 0
        for length in lengths {
            first.append(total)
            total += length
        }
        var activeCounts: [Int] = []
        var offsets: [Int] = []
        var source: [Int32] = []
        var rowOfUtterance = [Int32](repeating: 0, count: total)
        for time in 0..<steps {
            offsets.append(source.count)
            activeCounts.append(active(time))
            for dialogue in order[..<activeCounts[time]] {
                if time < lengths[dialogue] {
                    rowOfUtterance[first[dialogue] + time] = Int32(source.count)
                    source.append(Int32(first[dialogue] + time))
                } else {
                    source.append(Int32(total))
                }
            }
        }
        self.active = activeCounts
        offset = offsets
        rows = source.count
        self.source = source
        self.rowOfUtterance = rowOfUtterance
    }
}
