import FeatureStore

/// There is something to choose on, and every class occurs in every split.
struct SplitRule: Rule {
    let codes: [FindingCode] = [.noValidationSplit, .absentClass]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings: [Finding] = []
        guard let names = store.splitNames, let dialogueSplits = store.dialogueSplits else { return [] }
        let valid = names.firstIndex(of: "valid")
        if valid == nil || !dialogueSplits.contains(where: { Int($0) == valid }) {
            findings.append(
                Finding(.noValidationSplit, at: StorePath.splitNames, "no dialogue belongs to a split 'valid'"))
        }
        guard let labels = store.labels, let classes = store.labelNames, let splits = store.utteranceSplits,
            labels.count == splits.count
        else { return findings }
        for (number, name) in names.enumerated() where dialogueSplits.contains(UInt8(clamping: number)) {
            let present = Set(zip(labels, splits).filter { Int($0.1) == number }.map(\.0))
            let absent = classes.indices.filter { !present.contains(Int32($0)) }
            guard !absent.isEmpty else { continue }
            findings.append(
                Finding(
                    .absentClass, at: StorePath.label, "split '\(name)' has no utterance of \(absent.count) classes",
                    count: absent.count, examples: absent.map { Example("class '\(classes[$0])'") }))
        }
        return findings
    }
}
