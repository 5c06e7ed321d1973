import FeatureStore
import HDF5

/// Reads each feature once and shows its rows to all feature rules.
struct FeaturePass {
    private let store: StoreInspection
    private let rules: [any FeatureRule]

    /// All rules on feature rows.
    private static var all: [any FeatureRule.Type] {
        [
            FiniteRule.self, ZeroRowRule.self, ColumnRule.self, OutlierRule.self, StatisticsRule.self,
            DuplicateRule.self
        ]
    }

    init(_ store: StoreInspection, _ options: ValidationOptions) {
        self.store = store
        self.rules = Self.all.filter { $0.codes.contains(where: options.wants) }.map { $0.init(store) }
    }

    func findings() -> [Finding] {
        guard !rules.isEmpty else { return [] }
        var findings: [Finding] = []
        for feature in store.features {
            for rule in rules { rule.begin(feature) }
            do {
                let dataset = try store.file.openDataset(feature.path)
                try dataset.forEachBlock { rows, bytes in
                    let values = bytes.bindMemory(to: Float.self)
                    for rule in rules { rule.visit(rows, values) }
                    return true
                }
            } catch {
                findings.append(
                    Finding(
                        .checksumMismatch, at: feature.path, "its rows cannot be read: \(StoreValidator.reason(error))")
                )
                continue
            }
            for rule in rules { findings += rule.end(feature) }
        }
        for rule in rules { findings += rule.finish() }
        return findings
    }
}
