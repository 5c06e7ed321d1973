import FeatureStore

/// Which class of a run each class of a store is: that of its name, or the one that somebody named.
public struct ClassMap: Sendable {
    /// One class of a store is one of a run, whatever their names are.
    public struct Assignment: Equatable, Sendable {
        /// The class of the store.
        public var old: String
        /// The class of the run.
        public var new: String

        /// An assignment; see the properties.
        public init(old: String, new: String) {
            self.old = old
            self.new = new
        }
    }

    /// Classes of the store that the run does not have, with the number of utterances that have them: these count as without a label.
    public let unmapped: [(name: String, utterances: Int)]
    /// The store's labels, as the run learnt them.
    private let labels: LabelSet
    /// The run's class of each class of these labels; -1 where there is none.
    private let targets: [Int32]

    /// - Parameters:
    ///   - assignments: Where they are given, classes that stay without one of the run count as no label; otherwise they are refused.
    ///   - dialogues: Those that are looked at: classes that do not occur in them need no place.
    /// - Throws: `TrainingError` where an assignment names a class that is not there, or classes do not fit; it names those of both.
    init(
        _ assignments: [Assignment], from store: Store, to run: TrainedRun, dialogues: [Int]
    ) throws(TrainingError) {
        let classes = run.data.classes
        labels = run.labels(of: store)
        let names = labels.labelNames
        func index(_ name: String, among names: [String]) -> Int? {
            names.firstIndex { $0.utf8.elementsEqual(name.utf8) }
        }
        var targets = names.map { index($0, among: classes).map(Int32.init) ?? -1 }
        var seen: Set<Int> = []
        for assignment in assignments {
            let words = "--class-map \(assignment.old)=\(assignment.new)"
            guard let old = index(assignment.old, among: names) else {
                throw TrainingError(
                    .data,
                    "\(words): \(store.path) has no class \"\(assignment.old)\"; it has \(listed(names)).")
            }
            guard let new = index(assignment.new, among: classes) else {
                throw TrainingError(
                    .data,
                    "\(words): \(run.folder.path) has no class \"\(assignment.new)\"; it has \(listed(classes)).")
            }
            guard seen.insert(old).inserted else {
                throw TrainingError(.data, "\(words): \"\(assignment.old)\" is mapped twice; give it once.")
            }
            targets[old] = Int32(new)
        }
        var counts = [Int](repeating: 0, count: names.count)
        for dialogue in dialogues {
            for label in labels.labels[store.dialogues[dialogue].range] where label >= 0 { counts[Int(label)] += 1 }
        }
        self.targets = targets
        unmapped = names.indices.filter { targets[$0] < 0 && counts[$0] > 0 }.map { (names[$0], counts[$0]) }
        guard !unmapped.isEmpty, assignments.isEmpty else { return }
        throw TrainingError(
            .data,
            "\(store.path) has the classes \(listed(names)), and \(run.folder.path) knows \(listed(classes)), but not "
                + "\(listed(unmapped.map(\.name))); say which is which with --class-map old=new,….")
    }

    /// The run's class of an utterance of the store; negative where there is none.
    func target(ofUtterance utterance: Int) -> Int32 {
        let label = labels.labels[utterance]
        return label < 0 ? -1 : targets[Int(label)]
    }

    /// Whether an utterance of the store has a label, of whatever class.
    func isLabelled(_ utterance: Int) -> Bool { labels.labels[utterance] >= 0 }
}

/// Names for a sentence, the first ones of many.
func listed(_ names: [String]) -> String {
    guard !names.isEmpty else { return "none" }
    return names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " and \(names.count - 12) more" : "")
}

extension TrainedRun {
    /// The labels of a store that are compared with what the run predicts: of the run's target, merged and dropped as in the run where
    /// the store has the same classes. A store without that target has no labels for the run.
    func labels(of store: Store) -> LabelSet {
        let settings = record.configuration.data
        if let own = try? RunLabels(store: store, data: settings) {
            return LabelSet(name: own.target, labelNames: own.names, labels: own.labels)
        }
        guard settings.target == RunLabels.emotion else {
            return LabelSet(
                name: settings.target, labelNames: [], labels: [Int32](repeating: -1, count: store.labels.count))
        }
        return LabelSet(name: RunLabels.emotion, labelNames: store.labelNames, labels: store.labels)
    }
}
