import Tensors

extension Tape {
    /// Puts streams side by side: S tensors [N, H] → [N, S·H], which is also [N·S, H].
    public func stackStreams(_ streams: [Variable]) -> Variable {
        let n = streams[0].rows
        let width = streams.reduce(0) { $0 + $1.columns }
        precondition(streams.allSatisfy { $0.rows == n })
        let y = Tensor(rows: n, columns: width)
        var first = 0
        var blocks: [Range<Int>] = []
        for stream in streams {
            blocks.append(first..<first + stream.columns)
            Kernels.copy(stream.value.matrix, to: y.matrix(columns: blocks.last!))
            first += stream.columns
        }
        return record(y, inputs: streams) { [slots = streams.map(\.slot), blocks] gradient in
            for (stream, block) in zip(slots, blocks) where stream.requiresGradient {
                let part = Tensor(rows: n, columns: stream.columns)
                Kernels.copy(gradient.matrix(columns: block), to: part.matrix)
                stream.accumulate(part)
            }
        }
    }

    /// The same numbers in another shape; no number is moved.
    public func reshape(_ x: Variable, rows: Int, columns: Int) -> Variable {
        if x.rows == rows && x.columns == columns { return x }
        return record(x.value.reshaped(rows: rows, columns: columns), inputs: [x]) { [slot = x.slot] gradient in
            slot.accumulate(gradient.reshaped(rows: slot.rows, columns: slot.columns))
        }
    }
}
