import Foundation
import Tensors

/// Losses on log-probabilities [N, C] and labels of 0..<C; rows whose label is below 0 are left out. Each is a scalar: a sum over rows,
/// divided by `total`. Without a total it is divided by what the rows weigh together, which makes it a mean; minibatches whose gradients
/// are added up take the weight of all of them.
extension Tape {
    /// −Σ w_label · logp_label / Σ w_label, as PyTorch's nll_loss.
    ///
    /// - Parameters:
    ///   - classWeights: C numbers, or nil for plain cross-entropy, −mean logp_label.
    ///   - smoothing: ε, the share of the target that is spread over all classes: (1 − ε) times the loss, plus
    ///     ε / C · −Σ_c w_c · logp_c, as PyTorch's cross_entropy with label_smoothing.
    public func negativeLogLikelihood(
        _ logProbabilities: Variable, labels: [Int32], classWeights: [Float]? = nil, smoothing: Double = 0,
        over total: Double? = nil
    ) -> Variable {
        precondition(classWeights.map { $0.count == logProbabilities.columns } ?? true)
        let weights = labels.map { label in label < 0 ? 0 : Double(classWeights?[Int(label)] ?? 1) }
        let total = total ?? weights.reduce(0, +)
        let spread = smoothing / Double(logProbabilities.columns)
        return loss(logProbabilities, labels: labels, scale: total > 0 ? 1 / total : 0) { row, column, label, logp in
            guard smoothing > 0 else { return column == label ? (-weights[row] * logp, -weights[row]) : (0, 0) }
            let weight =
                (column == label ? (1 - smoothing) * weights[row] : 0) + spread * Double(classWeights?[column] ?? 1)
            return (-weight * logp, -weight)
        }
    }

    /// The released code's focal loss: the mean over all N·C entries of −(1 − onehot · logp)^γ · logp. The focusing factor
    /// holds the log-probability in the place of the probability, and classes that are not the target count.
    public func releasedFocalLoss(
        _ logProbabilities: Variable, labels: [Int32], gamma: Double = 2.5, over total: Double? = nil
    ) -> Variable {
        let entries = total ?? Double(labels.count { $0 >= 0 } * logProbabilities.columns)
        return loss(logProbabilities, labels: labels, scale: entries > 0 ? 1 / entries : 0) {
            _, column, label, logp in
            guard column == label else { return (-logp, -1) }
            let base = 1 - logp
            return (-pow(base, gamma) * logp, gamma * pow(base, gamma - 1) * logp - pow(base, gamma))
        }
    }

    /// Focal loss as Lin et al. (2017) define it: the mean of −w_label (1 − p_label)^γ log p_label.
    public func focalLoss(
        _ logProbabilities: Variable, labels: [Int32], gamma: Double = 2, classWeights: [Float]? = nil,
        over total: Double? = nil
    ) -> Variable {
        let count = total ?? Double(labels.count { $0 >= 0 })
        return loss(logProbabilities, labels: labels, scale: count > 0 ? 1 / count : 0) {
            _, column, label, logp in
            guard column == label else { return (0, 0) }
            let weight = Double(classWeights?[label] ?? 1)
            let p = exp(logp)
            let rest = max(0, 1 - p)
            let factor = pow(rest, gamma)
            let slope = rest > 0 ? gamma * pow(rest, gamma - 1) * p * logp : 0
            return (-weight * factor * logp, weight * (slope - factor))
        }
    }

    /// scale · Σ over entries of a term, with the term's derivative with respect to the log-probability.
    private func loss(
        _ logProbabilities: Variable, labels: [Int32], scale: Double,
        term: (_ row: Int, _ column: Int, _ label: Int, _ logp: Double) -> (value: Double, derivative: Double)
    ) -> Variable {
        let rows = logProbabilities.rows
        let classes = logProbabilities.columns
        precondition(labels.count == rows && labels.allSatisfy { $0 < classes })
        let derivative = Tensor(rows: rows, columns: classes, repeating: 0)
        var sum = 0.0
        for row in 0..<rows where labels[row] >= 0 {
            for column in 0..<classes {
                let index = row * classes + column
                let (value, slope) = term(row, column, Int(labels[row]), Double(logProbabilities.value.values[index]))
                sum += value
                derivative.values[index] = Float(slope * scale)
            }
        }
        return record(Tensor(rows: 1, columns: 1, [Float(sum * scale)]), inputs: [logProbabilities]) {
            [slot = logProbabilities.slot] gradient in
            slot.toAddTo().add(derivative, scale: gradient.values[0])
        }
    }
}
