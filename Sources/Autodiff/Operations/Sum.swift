import CKernels
import Tensors

extension Tape {
    /// The sum of tensors of one shape.
    public func sum(_ terms: [Variable]) -> Variable {
        precondition(!terms.isEmpty && terms.allSatisfy { $0.rows == terms[0].rows && $0.columns == terms[0].columns })
        if terms.count == 1 { return terms[0] }
        let y = Tensor(rows: terms[0].rows, columns: terms[0].columns)
        y.forEachElementRange { first, count in
            ck_add(y.pointer + first, terms[0].value.pointer + first, terms[1].value.pointer + first, count)
            for term in terms.dropFirst(2) { ck_add_scaled(y.pointer + first, term.value.pointer + first, 1, count) }
        }
        return record(y, inputs: terms) { [slots = terms.map(\.slot)] gradient in
            for slot in slots.dropFirst() { slot.accumulate(copying: gradient) }
            slots[0].accumulate(gradient)
        }
    }
}
