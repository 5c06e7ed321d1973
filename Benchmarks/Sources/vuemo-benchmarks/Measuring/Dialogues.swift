/// The lengths of a minibatch's dialogues: made up, with the mean and the longest of the datasets.
struct Dialogues: Sendable {
    let lengths: [Int]

    /// 16 dialogues of 22 to 94 utterances, 768 in all: IEMOCAP's mean is 48.
    static let iemocap = Dialogues(lengths: [53, 29, 74, 35, 44, 60, 22, 41, 94, 47, 32, 56, 26, 66, 38, 51])
    /// 16 dialogues of 1 to 22 utterances, 154 in all: MELD's mean is 9.6.
    static let meld = Dialogues(lengths: [9, 13, 1, 17, 8, 11, 3, 22, 10, 5, 14, 2, 12, 19, 7, 1])

    /// B
    var count: Int { lengths.count }
    /// N
    var utterances: Int { lengths.reduce(0, +) }
    /// T
    var longest: Int { lengths.max()! }
    /// Rows of the padded minibatch, B·T.
    var paddedRows: Int { count * longest }
    /// Σ n²: the entries of all dialogues' square blocks.
    var squares: Int { lengths.reduce(0) { $0 + $1 * $1 } }

    var summary: String { "B \(count), N \(utterances), T \(longest)" }
}
