/// Where the dialogues of a minibatch lie in flat rows, and in square blocks end to end.
struct DialogueSpans {
    private let lengths: [Int]
    private let first: [Int]
    /// Σ of the squares of the lengths before each dialogue: numbers the entries of its n×n block.
    let firstSquare: [Int]

    init(_ lengths: [Int]) {
        self.lengths = lengths
        var first: [Int] = [], squares: [Int] = [], total = 0, square = 0
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

    /// The rows of a dialogue's n×n block, in tiles that bound the memory of long dialogues.
    func tiles(_ dialogue: Int) -> [Range<Int>] {
        stride(from: 0, to: lengths[dialogue], by: 128).map { $0..<min(lengths[dialogue], $0 + 128) }
    }
}
