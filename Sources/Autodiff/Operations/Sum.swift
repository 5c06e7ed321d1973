import Tensors

extension Tape {
    /// The sum of tensors of one shape.
    public func sum(_ terms: [Variable]) -> Variable {
        precondition(!terms.isEmpty && terms.allSatisfy { $0.rows == terms[0].rows && $0.columns == terms[0].columns })
        if terms.count == 1 { return terms[0] }
        let y = Tensor(rows: terms[0].rows, columns: terms[0].columns)
        Kernels.sum(terms.map(\.value), into: y)
        return record(y, inputs: terms) { [slots = terms.map(\.slot)] gradient in
            for slot in slots.dropFirst() { slot.accumulate(copying: gradient) }
            slots[0].accumulate(gradient)
        }
    }
}
