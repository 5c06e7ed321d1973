import NeuralNetworks
import Tensors

/// The parameters at the ends of the last epochs, whose mean is evaluated in the place of the parameters (`training.averageLast`).
///
/// Training itself goes on with its own parameters. Running statistics of batch norms are not averaged: they describe the features, which
/// no weight changes, and the latest saw the most of them.
final class WeightAverage {
    /// How many epochs it reaches back.
    let epochs: Int
    /// Arenas of parameters, one for each finished epoch, at most `epochs` of them, the oldest first.
    var snapshots: [Tensor] = []

    /// Nil where one epoch is all: then there is nothing to average.
    init?(epochs: Int) {
        guard epochs > 1 else { return nil }
        self.epochs = epochs
    }

    /// Takes the parameters of an epoch that is finished.
    func add(_ values: Tensor) {
        snapshots = Array((snapshots + [values.copy()]).suffix(epochs))
    }

    /// The mean of the snapshots, and of `current` as one more and the latest.
    private func mean(with current: Tensor?) -> Tensor {
        let arenas = (snapshots + (current.map { [$0] } ?? [])).suffix(epochs)
        precondition(!arenas.isEmpty, "there is an epoch to average")
        let mean = Tensor(rows: 1, columns: arenas[arenas.startIndex].count, repeating: 0)
        // The oldest first: the bits do not depend on where the run was interrupted.
        for arena in arenas { mean.add(arena, scale: 1 / Float(arenas.count)) }
        return mean
    }

    /// Runs `body` with the mean in the place of the parameters, and puts these back.
    /// - Parameter includingCurrent: Whether the parameters are those of an epoch that `add` has not been given yet.
    func inPlace<Result>(
        of parameters: ParameterStore, includingCurrent: Bool, _ body: () throws -> Result
    ) rethrows -> Result {
        let own = parameters.values.copy()
        Kernels.copy(mean(with: includingCurrent ? own : nil).matrix, to: parameters.values.matrix)
        defer { Kernels.copy(own.matrix, to: parameters.values.matrix) }
        return try body()
    }
}
