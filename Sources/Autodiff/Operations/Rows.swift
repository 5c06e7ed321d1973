import Tensors

extension Tape {
    /// Row r of the result is row `index[r]` of x. No row is asked for twice.
    ///
    /// - Parameter x: [S, C]; result [index.count, C]
    public func gatherRows(_ x: Variable, _ index: [Int32]) -> Variable {
        let y = Tensor(rows: index.count, columns: x.columns)
        Kernels.gatherRows(of: x.value.matrix, index, into: y.matrix)
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            Kernels.scatterAddRows(of: gradient.matrix, index, to: slot.toAddTo().matrix)
        }
    }

    /// x with a last row of zeros: [N, C] → [N + 1, C].
    public func appendZeroRow(_ x: Variable) -> Variable {
        let y = Tensor(rows: x.rows + 1, columns: x.columns)
        Kernels.copy(x.value.matrix, to: y.rows(0..<x.rows).matrix)
        y.rows(x.rows..<x.rows + 1).fill(0)
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            slot.toAddTo().add(gradient.rows(0..<slot.rows))
        }
    }

    /// x + table[index]: an embedding added to every row.
    ///
    /// - Parameters:
    ///   - x: [N, C]
    ///   - table: [entries, C]
    ///   - index: N entries' numbers
    public func addEmbedding(_ x: Variable, table: Variable, index: [Int32]) -> Variable {
        let y = x.value.copy()
        Kernels.addRows(of: table.value.matrix, index, to: y.matrix)
        return record(y, inputs: [x, table]) { [slot = x.slot, table = table.slot] gradient in
            if table.requiresGradient {
                Kernels.scatterAddRows(of: gradient.matrix, index, to: table.toAddTo().matrix)
            }
            slot.accumulate(gradient)
        }
    }
}
