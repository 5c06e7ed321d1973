import FeatureStore

/// The store says what it was made from, and what its making warned about.
struct ProvenanceRule: Rule {
    let codes: [FindingCode] = [.noProvenance, .decodedAsLatin1]

    func findings(in store: StoreInspection) throws -> [Finding] {
        guard store.groups.contains(where: { $0.hasPrefix(StorePath.sources + "/") }) else {
            return [Finding(.noProvenance, at: StorePath.provenance, "no source file is named")]
        }
        let latin1 = (try? store.file.readInteger(attribute: "latin1_sentences", of: StorePath.provenance)) ?? 0
        guard latin1 > 0 else { return [] }
        return [
            Finding(
                .decodedAsLatin1, at: StorePath.textBytes, "\(latin1) sentences were not UTF-8 and were read as latin1",
                count: latin1)
        ]
    }
}
