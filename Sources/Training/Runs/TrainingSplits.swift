import Configuration
import FeatureStore

/// The dialogues that a run trains on, chooses its epoch on and tests on, as indices into the store's dialogues.
public struct TrainingSplits: Equatable, Sendable {
    /// Trained on, in the order of the base file.
    public let train: [Int]
    /// The split whose W-F1 chooses the epoch: valid, or test under the paper's protocol.
    package let selectionName: String
    /// The dialogues of that split, in stored order.
    public let selection: [Int]
    /// Tested on once the epoch is chosen, in stored order.
    public let test: [Int]

    /// - Throws: `TrainingError` where the store lacks a split that the protocol needs.
    public init(store: Store, protocol: TrainingProtocol) throws(TrainingError) {
        func dialogues(_ split: String, _ purpose: String, _ advice: String) throws(TrainingError) -> [Int] {
            let found = store.dialogues(inSplit: split)
            guard !found.isEmpty else {
                throw TrainingError(
                    .data,
                    "\(store.path) has no dialogues in split \(split), which a run needs to \(purpose); \(advice).")
            }
            return found
        }
        let train = try dialogues("train", "train", "convert the files again with their split lists")
        test = try dialogues("test", "test", "convert the files again with their split lists")
        let valid = store.dialogues(inSplit: "valid")
        switch `protocol` {
        case .sound:
            selectionName = "valid"
            selection = try dialogues(
                "valid", "choose its epoch",
                "convert together with the file that lists it, or train with --protocol paper")
            self.train = Self.inSourceOrder(train, store)
        case .paper:
            selectionName = "test"
            selection = test
            self.train = Self.inSourceOrder(train + valid, store)
        }
    }

    /// The base file lists train and valid dialogues mixed; the public code trains in that order.
    private static func inSourceOrder(_ dialogues: [Int], _ store: Store) -> [Int] {
        dialogues.sorted { store.dialogues[$0].sourcePosition < store.dialogues[$1].sourcePosition }
    }
}

extension TrainingSplits {
    /// The batches of an epoch (counted from 1), as indices into the store's dialogues.
    func batches(epoch: Int, _ training: Settings<TrainingKeys>) -> [[Int]] {
        let order = DialogueOrder.indices(
            count: train.count, seed: training.seed, epoch: epoch, shuffled: training.shuffle)
        return DialogueOrder.batches(order.map { train[$0] }, size: training.batchSize)
    }
}
