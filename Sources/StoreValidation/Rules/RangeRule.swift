import FeatureStore

/// Labels, speakers and splits point at names that exist.
struct RangeRule: Rule {
    let codes: [FindingCode] = [.labelOutOfRange, .speakerOutOfRange, .splitOutOfRange, .dialogueInNoSplit]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings: [Finding] = []
        if let labels = store.labels, let names = store.labelNames {
            let rows = labels.indices.filter { labels[$0] < -1 || Int(labels[$0]) >= names.count }
            findings += finding(
                .labelOutOfRange, StorePath.label, rows, "are neither -1 nor one of \(names.count) classes"
            ) {
                store.example(row: $0, "label \(labels[$0])")
            }
        }
        if let speakers = store.speakers, let names = store.speakerNames {
            let rows = speakers.indices.filter { Int(speakers[$0]) >= names.count }
            findings += finding(
                .speakerOutOfRange, StorePath.speaker, rows, "are not among the \(names.count) speakers"
            ) {
                store.example(row: $0, "speaker \(speakers[$0])")
            }
        }
        if let splits = store.dialogueSplits, let names = store.splitNames {
            let rows = splits.indices.filter { Int(splits[$0]) >= names.count && splits[$0] != StorePath.noSplit }
            findings += finding(
                .splitOutOfRange, StorePath.dialogueSplit, rows, "are not among the \(names.count) splits"
            ) {
                store.example(dialogue: $0, "split \(splits[$0])")
            }
            let none = splits.indices.filter { splits[$0] == StorePath.noSplit }
            findings += finding(.dialogueInNoSplit, StorePath.dialogueSplit, none, "belong to no split") {
                store.example(dialogue: $0)
            }
        }
        return findings
    }

    private func finding(
        _ code: FindingCode, _ path: String, _ rows: [Int], _ what: String, _ example: (Int) -> Example
    ) -> [Finding] {
        guard !rows.isEmpty else { return [] }
        return [
            Finding(
                code, at: path, "\(rows.count) rows \(what)", count: rows.count,
                examples: rows.prefix(Finding.exampleLimit).map(example))
        ]
    }
}
