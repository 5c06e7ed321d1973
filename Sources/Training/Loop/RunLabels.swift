import Configuration
import FeatureStore

/// The classes that a run tells apart, and the one of every utterance of its store.
public struct RunLabels: Sendable {
    /// The name of the labels that every store has.
    public static let emotion = "emotion"

    /// Which labels of the store they are made of.
    let target: String
    /// The names of the classes, in the order of their numbers.
    let names: [String]
    /// A class per utterance of the store; -1 where it has none, or one that the run leaves out.
    let labels: [Int32]
    /// Whether these are the store's labels of emotion, all of them.
    let isOfStore: Bool
    /// The labels as the store has them: what dialogues are divided by, so that folds do not depend on the choice of classes.
    let stored: LabelSet

    /// - Throws: `TrainingError` where the store has no such target or no such class.
    init(store: Store, data: Settings<DataKeys> = Settings()) throws(TrainingError) {
        target = data.target
        stored = try Self.stored(store, target)
        isOfStore = !data.changesClasses
        let choice = data.classes
        guard choice != .all else {
            (names, labels) = (stored.labelNames, stored.labels)
            return
        }
        let places = Dictionary(
            stored.labelNames.enumerated().map { (Array($1.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        var numbers = [Int32](repeating: -1, count: stored.labelNames.count)
        for (number, one) in choice.classes.enumerated() {
            for source in one.sources {
                guard let place = places[Array(source.utf8)] else {
                    throw Self.unknown(source, stored, store)
                }
                numbers[place] = Int32(number)
            }
        }
        names = choice.classes.map(\.name)
        labels = stored.labels.map { $0 < 0 ? -1 : numbers[Int($0)] }
    }

    /// The labels of some dialogues of the store, end to end.
    func labels(of dialogues: some Sequence<Int>, in store: Store) -> [Int32] {
        dialogues.flatMap { labels[store.dialogues[$0].range] }
    }

    /// How many utterances of some dialogues are of each class.
    func counts(of dialogues: some Sequence<Int>, in store: Store) -> [Int] {
        var counts = Array(repeating: 0, count: names.count)
        for dialogue in dialogues {
            for label in labels[store.dialogues[dialogue].range] where label >= 0 { counts[Int(label)] += 1 }
        }
        return counts
    }

    private static func stored(_ store: Store, _ target: String) throws(TrainingError) -> LabelSet {
        if target == emotion {
            return LabelSet(name: emotion, labelNames: store.labelNames, labels: store.labels)
        }
        if let found = store.targets.first(where: { $0.name.utf8.elementsEqual(target.utf8) }) { return found }
        let known = ([emotion] + store.targets.map(\.name)).joined(separator: ", ")
        throw TrainingError(
            .configuration,
            "\(store.path) has no labels called \(target); it has \(known): choose among those with --target.")
    }

    private static func unknown(_ name: String, _ stored: LabelSet, _ store: Store) -> TrainingError {
        let nearest = nearestName(to: name, among: stored.labelNames).map { " Did you mean \($0)?" } ?? ""
        let known = stored.labelNames.prefix(12).joined(separator: ", ") + (stored.labelNames.count > 12 ? ", …" : "")
        return TrainingError(
            .configuration,
            "\(store.path) has no class '\(name)' of \(stored.name), which --classes names; its classes are \(known).\(nearest)"
        )
    }
}
