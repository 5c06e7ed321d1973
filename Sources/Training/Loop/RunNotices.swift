import FeatureStore

extension TrainingSplits {
    /// What a user should know of the data of a run before it begins, in sentences: what test asks for and train does not teach.
    func notices(_ store: Store, _ labels: RunLabels) -> [String] {
        [unseenClasses(store, labels), unseenSpeakers(store), missingLabels(store, labels)].compactMap { $0 }
    }

    /// The splits that are evaluated, with their names.
    private var evaluated: [(name: String, dialogues: [Int])] {
        let test = (name: "test", dialogues: test)
        return selectionName == "test" ? [test] : [(name: selectionName, dialogues: selection), test]
    }

    private func unseenClasses(_ store: Store, _ labels: RunLabels) -> String? {
        let trained = labels.counts(of: train, in: store)
        let asked = labels.counts(of: Set(selection + test).sorted(), in: store)
        let names = labels.names.indices.filter { trained[$0] == 0 }
        guard !names.isEmpty else { return nil }
        let listed = names.prefix(5).map { labels.names[$0] }.joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        let count = names.reduce(0) { $0 + asked[$1] }
        return
            "no utterance of train is of the class\(names.count == 1 ? "" : "es") \(listed), so the model cannot learn \(names.count == 1 ? "it" : "them"); "
            + "\(count) of the other splits \(count == 1 ? "is" : "are")."
    }

    private func unseenSpeakers(_ store: Store) -> String? {
        func speakers(_ dialogues: [Int]) -> Set<UInt32> {
            dialogues.reduce(into: []) { $0.formUnion(store.speakers[store.dialogues[$1].range]) }
        }
        let known = speakers(train)
        let parts = evaluated.compactMap { name, dialogues -> String? in
            let unseen = speakers(dialogues).subtracting(known)
            guard !unseen.isEmpty else { return nil }
            let rows = dialogues.flatMap { store.speakers[store.dialogues[$0].range] }
            let utterances = rows.count { unseen.contains($0) }
            return
                "\(unseen.count) speaker\(unseen.count == 1 ? "" : "s") of \(name) (\(utterances) of \(rows.count) utterances)"
        }
        guard !parts.isEmpty else { return nil }
        return
            "\(parts.joined(separator: " and ")) never speak in train: a model with an embedding for each speaker learns nothing of them, and "
            + "theirs stays random."
    }

    private func missingLabels(_ store: Store, _ labels: RunLabels) -> String? {
        guard labels.counts(of: test, in: store).allSatisfy({ $0 == 0 }) else { return nil }
        return "no utterance of test has a label of the run's classes, so the run will have predictions and no score."
    }
}
