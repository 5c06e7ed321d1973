import CKernels
import Tensors

extension Tape {
    /// Row r of the result is row `index[r]` of x. No row is asked for twice.
    ///
    /// - Parameter x: [S, C]; result [index.count, C]
    public func gatherRows(_ x: Variable, _ index: [Int32]) -> Variable {
        let y = Tensor(rows: index.count, columns: x.columns)
        ck_gather_rows(y.pointer, x.columns, x.value.pointer, x.columns, index, index.count, x.columns)
        return record(y, inputs: [x]) { [slot = x.slot] gradient in
            let target = slot.toAddTo()
            ck_scatter_add_rows(
                target.pointer, slot.columns, gradient.pointer, slot.columns, index, index.count, slot.columns)
        }
    }

    /// x with a last row of zeros: [N, C] → [N + 1, C].
    public func appendZeroRow(_ x: Variable) -> Variable {
        let y = Tensor(rows: x.rows + 1, columns: x.columns)
        y.pointer.update(from: x.value.pointer, count: x.value.count)
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
        precondition(index.count == x.rows && index.allSatisfy { $0 >= 0 && $0 < table.rows })
        let y = x.value.copy()
        for row in 0..<x.rows {
            ck_add_scaled(y.pointer + row * x.columns, table.value.pointer + Int(index[row]) * x.columns, 1, x.columns)
        }
        return record(y, inputs: [x, table]) { [slot = x.slot, table = table.slot] gradient in
            if table.requiresGradient {
                ck_scatter_add_rows(
                    table.toAddTo().pointer, slot.columns, gradient.pointer, slot.columns, index, slot.rows,
                    slot.columns)
            }
            slot.accumulate(gradient)
        }
    }
}
