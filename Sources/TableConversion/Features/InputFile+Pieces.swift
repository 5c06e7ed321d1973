import Conversion

extension InputFile {
    /// The most bytes that are read together, and the most between pieces that are read and not used.
    private static let (together, gap) = (4 << 20, 64 << 10)

    /// Reads pieces of the file. Those that lie near each other are read together: some of them cost a call of the system, whatever
    /// their number.
    /// - Parameters:
    ///   - pieces: Where they lie, in any order.
    ///   - buffer: Memory that is used again; it grows with need.
    ///   - visit: Receives a piece's place in `pieces`, and its bytes.
    func read(
        _ pieces: [Range<Int>], buffer: inout [UInt8], _ visit: (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var order = Array(pieces.indices)
        if zip(pieces, pieces.dropFirst()).contains(where: { $0.lowerBound > $1.lowerBound }) {
            order.sort { pieces[$0].lowerBound < pieces[$1].lowerBound }
        }
        var next = 0
        while next < order.count {
            let (first, start) = (next, pieces[order[next]].lowerBound)
            var end = pieces[order[next]].upperBound
            next += 1
            while next < order.count, pieces[order[next]].lowerBound <= end + Self.gap,
                pieces[order[next]].upperBound - start <= Self.together
            {
                end = max(end, pieces[order[next]].upperBound)
                next += 1
            }
            if buffer.count < end - start { buffer = [UInt8](repeating: 0, count: end - start) }
            try buffer.withUnsafeMutableBytes { memory in
                let window = UnsafeMutableRawBufferPointer(rebasing: memory[..<(end - start)])
                try read(at: start, into: window)
                for place in order[first..<next] {
                    let piece = pieces[place].lowerBound - start..<pieces[place].upperBound - start
                    try visit(place, UnsafeRawBufferPointer(rebasing: window[piece]))
                }
            }
        }
    }
}
