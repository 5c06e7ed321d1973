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

    /// The mean of tensors of one shape.
    public func mean(_ terms: [Variable]) -> Variable {
        terms.count == 1 ? terms[0] : scaledSum(terms.map { ($0, 1 / Float(terms.count)) })
    }

    /// Σ factor · term over tensors of one shape.
    public func weightedSum(_ terms: [(term: Variable, factor: Float)]) -> Variable { scaledSum(terms) }

    /// - Parameter operation: As in `record`.
    private func scaledSum(_ terms: [(term: Variable, factor: Float)], operation: String = #function) -> Variable {
        let (rows, columns) = (terms[0].term.rows, terms[0].term.columns)
        precondition(terms.allSatisfy { $0.term.rows == rows && $0.term.columns == columns })
        let y = Tensor(rows: rows, columns: columns, repeating: 0)
        for (term, factor) in terms { y.add(term.value, scale: factor) }
        return record(y, inputs: terms.map(\.term), operation: operation) {
            [slots = terms.map { ($0.term.slot, $0.factor) }] gradient in
            for (slot, factor) in slots where slot.requiresGradient { slot.toAddTo().add(gradient, scale: factor) }
        }
    }
}
