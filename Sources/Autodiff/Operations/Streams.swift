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
            y.matrix(columns: blocks.last!).copyRows(from: stream.value.matrix)
            first += stream.columns
        }
        return record(y, inputs: streams) { [slots = streams.map(\.slot), blocks] gradient in
            for (stream, block) in zip(slots, blocks) where stream.requiresGradient {
                let part = Tensor(rows: n, columns: stream.columns)
                part.matrix.copyRows(from: gradient.matrix(columns: block))
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

extension Matrix {
    /// Copies a matrix of the same shape.
    func copyRows(from other: Matrix) {
        precondition(other.rows == rows && other.columns == columns)
        Compute.forEachRange(rows, minimum: max(1, (1 << 15) / max(1, columns))) { range in
            for row in range {
                (pointer + row * stride).update(from: other.pointer + row * other.stride, count: columns)
            }
        }
    }
}
