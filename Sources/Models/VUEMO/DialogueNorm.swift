import Tensors

/// Layer norm over all rows and features of each dialogue, (x − mean) / √(variance + 1e-5), of data: there is no gradient and no parameter.
///
/// The public code's "LN2", `LayerNorm((sequence, features), elementwise_affine=False)`.
/// - Parameters:
///   - x: [N, D], the dialogues end to end
///   - steps: the utterances that every dialogue is padded to with zeros that take part; 0 for none. Then a row for the padding of each
///     dialogue follows.
/// - Returns: [N, D], or [N + B, D]
func dialogueNorm(of x: Tensor, lengths: [Int], steps: Int) -> Tensor {
    let width = x.columns
    let y = Tensor(rows: x.rows + (steps > 0 ? lengths.count : 0), columns: width)
    var first = 0
    for (dialogue, length) in lengths.enumerated() {
        let values = x.rows(first..<first + length).values
        let count = Double(max(length, steps) * width)
        let mean = values.reduce(0.0) { $0 + Double($1) } / count
        let zeros = count - Double(values.count)
        let squares = values.reduce(zeros * mean * mean) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let inverse = 1 / (squares / count + 1e-5).squareRoot()
        let target = y.rows(first..<first + length).values
        for index in values.indices { target[index] = Float((Double(values[index]) - mean) * inverse) }
        if steps > 0 { y.rows(x.rows + dialogue..<x.rows + dialogue + 1).fill(Float(-mean * inverse)) }
        first += length
    }
    return y
}
