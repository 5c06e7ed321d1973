import FeatureStore

/// What a configuration needs to know about the data before it is complete.
public struct DatasetFacts: Sendable {
    /// The store's dataset name, which picks the preset.
    public var name: String
    /// The number of classes.
    public var classes: Int
    /// Utterances of each class among the dialogues that a protocol trains on.
    public var classCounts: @Sendable (TrainingProtocol) -> [Int]

    /// Facts; see the properties.
    public init(name: String, classes: Int, classCounts: @escaping @Sendable (TrainingProtocol) -> [Int]) {
        self.name = name
        self.classes = classes
        self.classCounts = classCounts
    }

    /// The facts of an open store.
    public init(_ store: Store) {
        self.init(name: store.dataset, classes: store.labelNames.count) { trainingProtocol in
            var counts = Array(repeating: 0, count: store.labelNames.count)
            for split in trainingProtocol == .paper ? ["train", "valid"] : ["train"] {
                for dialogue in store.dialogues(inSplit: split) {
                    for label in store.labels[store.dialogues[dialogue].range] where label >= 0 {
                        counts[Int(label)] += 1
                    }
                }
            }
            return counts
        }
    }
}
