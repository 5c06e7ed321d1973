/// A pattern over names, as shells have them: `*` any characters, `?` one, `[a-f]` one of these and `[!a-f]` none of these; a backslash
/// takes the character behind it as it is. A pattern fits a whole name. Characters are Unicode scalars, and capitals count.
struct NamePattern {
    private enum Piece: Equatable {
        case any
        case one
        case scalar(Unicode.Scalar)
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

        func fits(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .any: false
            case .one: true
            case .scalar(let wanted): wanted == scalar
            case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
            }
        }
    }

    private let pieces: [Piece]

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var (pieces, index) = ([Piece](), 0)
        while index < scalars.count {
            switch scalars[index] {
            case "*": if pieces.last != .any { pieces.append(.any) }
            case "?": pieces.append(.one)
            case "\\" where index + 1 < scalars.count:
                index += 1
                pieces.append(.scalar(scalars[index]))
            case "[":
                // Without its end it is a character like others, as in shells.
                if let (set, end) = Self.set(scalars, index) {
                    pieces.append(set)
                    index = end
                } else {
                    pieces.append(.scalar("["))
                }
            default: pieces.append(.scalar(scalars[index]))
            }
            index += 1
        }
        self.pieces = pieces
    }

    /// A set that begins at `start`, and where its `]` stands. One that stands first is a member.
    private static func set(_ scalars: [Unicode.Scalar], _ start: Int) -> (Piece, end: Int)? {
        var index = start + 1
        let isNegated = index < scalars.count && (scalars[index] == "!" || scalars[index] == "^")
        if isNegated { index += 1 }
        let first = index
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < scalars.count {
            if scalars[index] == "]", index > first { return (.set(ranges, isNegated: isNegated), index) }
            let lower = scalars[index]
            var upper = lower
            if index + 2 < scalars.count, scalars[index + 1] == "-", scalars[index + 2] != "]" {
                upper = scalars[index + 2]
                index += 2
            }
            // A range that runs backwards has no members.
            if lower <= upper { ranges.append(lower...upper) }
            index += 1
        }
        return nil
    }

    /// Whether the whole name fits. Takes at most the product of both lengths.
    func fits(_ name: String) -> Bool {
        let scalars = Array(name.unicodeScalars)
        var (piece, index) = (0, 0)
        // Where the last `*` stands, and how far it reaches: only that one need ever take more.
        var star: (piece: Int, index: Int)?
        while index < scalars.count {
            if piece < pieces.count, pieces[piece] == .any {
                star = (piece, index)
                piece += 1
            } else if piece < pieces.count, pieces[piece].fits(scalars[index]) {
                piece += 1
                index += 1
            } else if let last = star {
                star = (last.piece, last.index + 1)
                (piece, index) = (last.piece + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .any }
    }
}
