import Conversations
import FeatureStore

/// Where speaker numbers name persons of the whole corpus, does one of them speak in several splits?
struct SpeakerRule: Rule {
    let codes: [FindingCode] = [.sharedSpeaker]

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
