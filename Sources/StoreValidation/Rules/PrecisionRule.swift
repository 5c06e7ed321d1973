import FeatureStore

/// Values that rounding to float32 changed, as the writer counted them.
struct PrecisionRule: Rule {
    let codes: [FindingCode] = [.lostPrecision]

    func findings(in store: StoreInspection) throws -> [Finding] {
        store.features.compactMap { feature in
            let changed = (try? store.file.readInteger(attribute: "inexact_values", of: feature.path)) ?? 0
            guard changed > 0 else { return nil }
            let source = (try? store.file.readString(attribute: "source_dtype", of: feature.path)) ?? "its source type"
            return Finding(
                .lostPrecision, at: feature.path, "\(changed) values changed when \(source) was rounded to float32",
                count: changed)
        }
    }
}
