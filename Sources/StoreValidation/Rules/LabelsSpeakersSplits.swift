import Conversations
import FeatureStore

extension FindingCode {
    package static let labelOutOfRange = FindingCode("E040", title: "label out of range", hint: Hint.mendSources)
    package static let speakerOutOfRange = FindingCode("E041", title: "speaker out of range", hint: Hint.mendSources)
    package static let splitOutOfRange = FindingCode("E042", title: "split out of range", hint: Hint.mendSources)
    package static let dialogueInNoSplit = FindingCode(
        "E051", title: "dialogue in no split", hint: dialogueInTwoSplits.hint)
}

/// Labels, speakers and splits point at names that exist.
struct RangeRule: Rule {
    static let codes: [FindingCode] = [.labelOutOfRange, .speakerOutOfRange, .splitOutOfRange, .dialogueInNoSplit]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings: [Finding] = []
        let targets = store.targetNames.map { (StorePath.targetLabel($0), StorePath.targetNames($0)) }
        for (path, namesPath) in [(StorePath.label, StorePath.labelNames)] + targets {
            guard let labels: [Int32] = store.numbers(path), let names = store.names(namesPath) else { continue }
            let rows = labels.indices.filter { labels[$0] < -1 || Int(labels[$0]) >= names.count }
            findings += finding(.labelOutOfRange, path, rows, "are neither -1 nor one of \(names.count) classes") {
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

extension FindingCode {
    package static let sharedSpeaker = FindingCode(
        "W103", title: "speaker in several splits",
        hint: "The split is not speaker-independent; say so where results are compared.")
}

/// Where speaker numbers name persons of the whole corpus, does one of them speak in several splits?
struct SpeakerRule: Rule {
    static let codes: [FindingCode] = [.sharedSpeaker]

    func findings(in store: StoreInspection) throws -> [Finding] {
        let scope = try? store.file.readString(attribute: "scope", of: StorePath.speakers)
        guard scope == SpeakerScope.corpus.rawValue, let speakers = store.speakers, let splits = store.utteranceSplits,
            splits.count == speakers.count
        else { return [] }
        var heard: [UInt32: Set<UInt8>] = [:]
        for (speaker, split) in zip(speakers, splits) where split != StorePath.noSplit {
            heard[speaker, default: []].insert(split)
        }
        let shared = heard.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
        guard !shared.isEmpty else { return [] }
        let examples = shared.map { speaker, splits in
            let name =
                store.speakerNames.flatMap { $0.indices.contains(Int(speaker)) ? "'\($0[Int(speaker)])'" : nil }
                ?? "\(speaker)"
            return Example("speaker \(name) in \(splits.sorted().map { store.splitName($0) }.joined(separator: ", "))")
        }
        return [
            Finding(
                .sharedSpeaker, at: StorePath.speaker, "\(shared.count) speakers speak in more than one split",
                count: shared.count, examples: examples)
        ]
    }
}

extension FindingCode {
    package static let noValidationSplit = FindingCode(
        "W104", title: "no validation split",
        hint: "The sound protocol chooses on valid; give the RoBERTa file, which lists it.")
    package static let absentClass = FindingCode(
        "W120", title: "class absent from a split", hint: "The score of that class is not defined on that split.")
}

/// There is something to choose on, and every class occurs in every split.
struct SplitRule: Rule {
    static let codes: [FindingCode] = [.noValidationSplit, .absentClass]

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
