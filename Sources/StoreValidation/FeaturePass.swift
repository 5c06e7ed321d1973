import Dispatch
import FeatureStore
import HDF5

/// Reads each feature once and shows its rows to all feature rules, which work side by side on one piece of rows while the
/// next piece is read.
struct FeaturePass {
    private let store: StoreInspection
    private let rules: [any FeatureRule]

    /// The bytes of a piece, unless a single row is larger.
    private static let pieceBytes = 4 << 20

    /// All rules on feature rows, those that take longest first.
    private static var all: [any FeatureRule.Type] {
        [
            ColumnRule.self, StatisticsRule.self, DigestRule.self, DuplicateRule.self, OutlierRule.self, FiniteRule.self,
            ZeroRowRule.self,
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
                try read(feature)
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

    private func read(_ feature: FeatureInspection) throws {
        let work = Work(try store.file.openDataset(feature.path), rules)
        try work.dataset.requirePlausibleSize()
        let rowCount = work.dataset.rowCount
        let step = max(1, Self.pieceBytes / (4 * feature.width))
        let size = min(step, max(rowCount, 1)) * feature.width
        var (current, next) = (Piece(capacity: size), Piece(capacity: size))
        defer {
            current.values.deallocate()
            next.values.deallocate()
        }
        next.rows = 0..<min(step, rowCount)
        var failure: HDF5Error? = next.read(work.dataset, feature.width)
        while !next.rows.isEmpty, failure == nil {
            swap(&current, &next)
            let start = current.rows.upperBound
            next.rows = start..<min(start + step, rowCount)
            let (shown, coming) = (current, next)
            nonisolated(unsafe) var unread: HDF5Error?
            DispatchQueue.concurrentPerform(iterations: rules.count + 1) { index in
                if index == 0 {
                    unread = coming.rows.isEmpty ? nil : coming.read(work.dataset, feature.width)
                } else {
                    let values = UnsafeBufferPointer(
                        rebasing: shown.values[..<(shown.rows.count * feature.width)])
                    work.rules[index - 1].visit(shown.rows, values)
                }
            }
            failure = unread
        }
        if let failure { throw failure }
    }

    /// Rows in memory.
    private struct Piece: @unchecked Sendable {
        var rows = 0..<0
        let values: UnsafeMutableBufferPointer<Float>

        init(capacity: Int) {
            values = .allocate(capacity: capacity)
        }

        func read(_ dataset: borrowing Dataset, _ width: Int) -> HDF5Error? {
            do {
                let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values[..<(rows.count * width)]))
                try dataset.readStoredBytes(rows: rows, into: bytes)
                return nil
            } catch {
                return error
            }
        }
    }

    /// What the threads share: rules that do not know of each other, each used by one thread at a time, and the dataset,
    /// which one of them reads.
    private final class Work: @unchecked Sendable {
        let dataset: Dataset
        let rules: [any FeatureRule]

        init(_ dataset: consuming Dataset, _ rules: [any FeatureRule]) {
            self.dataset = dataset
            self.rules = rules
        }
    }
}
