import FeatureStore
import Training
import Models

/// What an epoch on a real store has to compute, under the public code's protocol.
struct Workload {
    /// The dataset and the variant.
    let name: String
    /// Operations of an epoch's forward and backward passes.
    let trainingOperations: Double
    /// Operations of evaluating the test split.
    let evaluationOperations: Double

    init(_ store: Store, _ dataset: BenchmarkModel.Dataset, _ variant: Variant) throws {
        name = "\(dataset.rawValue) \(variant.rawValue)"
        let splits = try TrainingSplits(store: store, protocol: .paper)
        // How much padding there is depends on which dialogues share a batch; one shuffled order is as good as another.
        let order = DialogueOrder.indices(count: splits.train.count, seed: 1, epoch: 1, shuffled: dataset == .meld)
        func costs(_ dialogues: [Int]) -> [ModelCost] {
            DialogueOrder.batches(dialogues, size: 16).map { batch in
                let dialogues = Dialogues(lengths: batch.map { store.dialogues[$0].range.count })
                return ModelCost(BenchmarkModel.configuration(dataset, variant, dialogues: dialogues), dialogues)
            }
        }
        trainingOperations = costs(order.map { splits.train[$0] }).reduce(0) { $0 + $1.training }
        evaluationOperations = costs(splits.test).reduce(0) { $0 + $1.forward }
    }
}
