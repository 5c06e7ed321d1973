import Concurrency
import Tensors

/// Where the dialogues of a minibatch lie in flat rows, and in square blocks end to end.
struct DialogueSpans {
    private let lengths: [Int]
    private let first: [Int]
    /// Σ of the squares of the lengths before each dialogue: numbers the entries of its n×n block.
    let firstSquare: [Int]

    init(_ lengths: [Int]) {
        self.lengths = lengths
        var first: [Int] = []
        var squares: [Int] = []
        var total = 0
        var square = 0
        for length in lengths {
            first.append(total)
            squares.append(square)
            total += length
            square += length * length
        }
        self.first = first
        firstSquare = squares
    }

    /// The flat rows of a dialogue.
    subscript(dialogue: Int) -> Range<Int> { first[dialogue]..<first[dialogue] + lengths[dialogue] }

    /// Runs `body` for every dialogue: short ones side by side, then long ones one after another, so that the products inside can
    /// be split over all threads.
    func forEachDialogue(_ body: (Int) -> Void) {
        let short = lengths.indices.filter { lengths[$0] <= Self.shortLength }
        Compute.forEach(short.count) { body(short[$0]) }
        for dialogue in lengths.indices where lengths[dialogue] > Self.shortLength { body(dialogue) }
    }

    /// Utterances up to which a dialogue is left to one thread.
    private static let shortLength = 128

    /// The rows of a dialogue's n×n block, in tiles that bound the memory of long dialogues.
    func tiles(_ dialogue: Int) -> [Range<Int>] {
        let rows = 512
        return stride(from: 0, to: lengths[dialogue], by: rows).map { $0..<min(lengths[dialogue], $0 + rows) }
    }
}
