import Configuration
import Conversations
import FeatureStore
import Tensors

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
    /// Utterances of the dialogues that are trained on.
    let trainedUtterances: Int
    /// The dialogues of train, valid and test, in stored order, whatever the protocol makes of them.
    private let division: DialogueDivision
    /// What test is, in words.
    let part: String

    /// Those of a run that divides nothing and learns the store's emotions.
    /// - Throws: as below.
    public init(store: Store, protocol trainingProtocol: TrainingProtocol) throws(TrainingError) {
        try self.init(store: store, labels: RunLabels(store: store), protocol: trainingProtocol)
    }

    /// - Throws: `TrainingError` where the store lacks a split that the protocol needs, or where what is trained on or chooses the epoch
    ///   has no labels.
    init(
        store: Store, labels: RunLabels, data: Settings<DataKeys> = Settings(),
        protocol trainingProtocol: TrainingProtocol
    ) throws(TrainingError) {
        let division = try DialogueDivision(store, labels: labels, data: data, protocol: trainingProtocol)
        self.division = division
        part = division.part
        func dialogues(_ split: String, _ purpose: String, _ advice: String) throws(TrainingError) -> [Int] {
            let found = division[split]
            guard !found.isEmpty else {
                throw TrainingError(
                    .data,
                    "\(store.path) has no dialogues in split \(split), which a run needs to \(purpose); \(advice).")
            }
            return found
        }
        let train = try dialogues("train", "train", "convert the files again with their split lists")
        test = try dialogues("test", "test", "convert the files again with their split lists")
        switch trainingProtocol {
        case .sound:
            selectionName = "valid"
            selection = try dialogues(
                "valid", "choose its epoch",
                "take it from train with --valid-from train:0.1, convert together with the file that lists it, or train with --protocol paper"
            )
            self.train = Self.inSourceOrder(train, store)
        case .paper:
            selectionName = "test"
            selection = test
            self.train = Self.inSourceOrder(train + division.valid, store)
        }
        trainedUtterances = self.train.reduce(0) { $0 + store.dialogues[$1].range.count }
        try Self.requireLabels(self.train, labels, in: store, "train", "be trained on")
        try Self.requireLabels(selection, labels, in: store, selectionName, "choose an epoch")
        guard labels.names.count > 1 else {
            throw TrainingError(
                .data,
                "\(store.path): the run has one class only ('\(labels.names[0])'), so there is nothing to tell apart; choose two or more with --classes, or other labels with --target."
            )
        }
    }

    /// The dialogues of train, valid or test, in stored order.
    func dialogues(inSplit name: String) -> [Int] { division[name] }

    private static func requireLabels(
        _ dialogues: [Int], _ labels: RunLabels, in store: Store, _ split: String, _ purpose: String
    ) throws(TrainingError) {
        guard !dialogues.contains(where: { labels.labels[store.dialogues[$0].range].contains { $0 >= 0 } }) else {
            return
        }
        let what = labels.isOfStore ? "a label" : "a label of the run's classes"
        throw TrainingError(
            .data,
            "\(store.path): no utterance of split \(split) has \(what), so it cannot \(purpose); \(labels.isOfStore ? "convert it with labels" : "choose others with --classes or --target")."
        )
    }

    /// The base file lists train and valid dialogues mixed; the public code trains in that order.
    private static func inSourceOrder(_ dialogues: [Int], _ store: Store) -> [Int] {
        dialogues.sorted { store.dialogues[$0].sourcePosition < store.dialogues[$1].sourcePosition }
    }
}

extension TrainingSplits {
    /// The minibatches of every step of an epoch (counted from 1): `accumulation` of them, but in the last step what is left.
    func steps(epoch: Int, _ training: Settings<TrainingKeys>) -> [[[Int]]] {
        let batches = batches(epoch: epoch, training)
        return stride(from: 0, to: batches.count, by: training.accumulation).map {
            Array(batches[$0..<min($0 + training.accumulation, batches.count)])
        }
    }

    /// The batches of an epoch (counted from 1), as indices into the store's dialogues.
    func batches(epoch: Int, _ training: Settings<TrainingKeys>) -> [[Int]] {
        let order = DialogueOrder.indices(
            count: train.count, seed: training.seed, epoch: training.reseedEachEpoch ? 1 : epoch,
            shuffled: training.shuffle)
        return DialogueOrder.batches(order.map { train[$0] }, size: training.batchSize)
    }
}

/// The order in which an epoch visits its dialogues: a pure function of seed and epoch.
///
/// A resumed run needs no generator state for it, and the order of epoch 7 is the same whether or not epochs 1 to 6 ran in this process.
public enum DialogueOrder {
    /// `0..<count` in the order of `epoch`: shuffled by Fisher and Yates' method, or as it is.
    public static func indices(count: Int, seed: UInt64, epoch: Int, shuffled: Bool) -> [Int] {
        var order = Array(0..<count)
        guard shuffled, count > 1 else { return order }
        var generator = SplitMix64(seed: seed, stream: orderStreams + UInt64(epoch))
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, generator.below(last + 1))
        }
        return order
    }

    /// The dropout masks use the streams 0, 1, 2, … of the same seed, one per step.
    private static let orderStreams: UInt64 = 1 << 62

    /// `order` cut into runs of `size`; the last may be shorter, as PyTorch's loader leaves it.
    public static func batches(_ order: [Int], size: Int) -> [[Int]] {
        precondition(size > 0, "a batch holds at least one dialogue")
        return stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
    }
}

extension SplitMix64 {
    /// A number in `0..<bound`, without bias (Lemire's multiplication with rejection).
    ///
    /// Swift's own `Int.random(in:using:)` may change its algorithm between versions, and with it the order of every published seed.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "nothing lies below \(bound)")
        let range = UInt64(bound)
        let threshold = (0 &- range) % range
        while true {
            let product = next().multipliedFullWidth(by: range)
            if product.low >= threshold { return Int(product.high) }
        }
    }
}
