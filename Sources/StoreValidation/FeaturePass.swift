import Concurrency
import FeatureStore
import Foundation
import HDF5

/// Reads each feature once and shows its rows to all feature rules. The processor's cores share a feature: each takes every
/// n-th piece of rows, small enough to stay in its cache while one rule after the other looks at it.
struct FeaturePass {
    private let store: StoreInspection
    private let runs: [any FeatureRuleRun]
    private let digests: DigestRule?

    /// The bytes of a piece, unless a single row or block of checksums is larger.
    private static let pieceBytes = 512 << 10

    init(_ store: StoreInspection, _ options: ValidationOptions) {
        self.store = store
        digests = DigestRule.codes.contains(where: options.wants) ? DigestRule(store) : nil
        let rules = StoreValidator.featureRules.filter { $0.codes.contains(where: options.wants) }
            .map { Self.run($0.init(store)) }
        runs = (digests.map { [Self.run($0)] } ?? []) + rules
    }

    private static func run(_ rule: some FeatureRule) -> any FeatureRuleRun { RuleRun(rule) }

    /// What the rules find, and what was seen of the rows' checksums on the way.
    func read() -> (findings: [Finding], evidence: RowEvidence) {
        guard !runs.isEmpty else { return ([], RowEvidence()) }
        var findings: [Finding] = []
        for feature in store.features {
            do {
                try read(feature)
            } catch {
                findings.append(
                    Finding(
                        .checksumMismatch, at: feature.path, "its rows cannot be read: \(StoreValidator.reason(error))")
                )
                continue
            }
            for run in runs { findings += run.end(feature) }
        }
        for run in runs { findings += run.finish() }
        return (findings, digests?.evidence ?? RowEvidence())
    }

    private func read(_ feature: FeatureInspection) throws {
        let dataset = try store.file.openDataset(feature.path)
        try dataset.requirePlausibleSize()
        let work = try Work(dataset, runs, feature)
        let workers = max(1, min(Compute.threads, work.pieces))
        for run in runs { run.begin(feature, workers: workers) }
        nonisolated(unsafe) let failures = UnsafeMutableBufferPointer<(piece: Int, error: HDF5Error)?>.allocate(
            capacity: workers)
        failures.initialize(repeating: nil)
        defer {
            failures.deinitialize()
            failures.deallocate()
        }
        Compute.forEach(workers) { worker in
            failures[worker] = work.visit(worker, of: workers)
        }
        // The first in the file, whichever thread met one first.
        if let first = failures.compactMap({ $0 }).min(by: { $0.piece < $1.piece }) { throw first.error }
    }

    /// What the threads share: the dataset, and rules at work, whose parts they do not share.
    private final class Work: @unchecked Sendable {
        let dataset: Dataset
        private let runs: [any FeatureRuleRun]
        private let width: Int
        private let step: Int
        /// For rows that lie end to end, which needs no turns.
        private let extent: ExtentReader?

        init(_ dataset: consuming Dataset, _ runs: [any FeatureRuleRun], _ feature: FeatureInspection) throws(HDF5Error)
        {
            width = feature.width
            // Whole blocks of checksums where they are of the usual size.
            let block = DatasetDigest.rowsPerBlock(rowBytes: 4 * width)
            step = block * max(1, FeaturePass.pieceBytes / (4 * width * block))
            extent = feature.offset == nil ? nil : try ExtentReader(dataset)
            self.dataset = dataset
            self.runs = runs
        }

        var pieces: Int { (dataset.rowCount + step - 1) / step }

        /// Shows a worker's pieces to the rules, up to the first that cannot be read, which is returned.
        func visit(_ worker: Int, of workers: Int) -> (piece: Int, error: HDF5Error)? {
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(step, dataset.rowCount) * width)
            defer { buffer.deallocate() }
            for piece in stride(from: worker, to: pieces, by: workers) {
                let rows = piece * step..<min((piece + 1) * step, dataset.rowCount)
                let values = UnsafeMutableBufferPointer(rebasing: buffer[..<(rows.count * width)])
                do {
                    try read(rows, into: UnsafeMutableRawBufferPointer(values))
                } catch {
                    return (piece, error)
                }
                for run in runs { run.visit(rows, UnsafeBufferPointer(values), worker: worker) }
            }
            return nil
        }

        private func read(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
            if let extent {
                try extent.read(at: rows.lowerBound * width * 4, into: bytes)
            } else {
                try dataset.readStoredBytes(rows: rows, into: bytes)
            }
        }
    }
}

/// A rule at work, with a part for each worker.
private protocol FeatureRuleRun: AnyObject {
    func begin(_ feature: FeatureInspection, workers: Int)
    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, worker: Int)
    func end(_ feature: FeatureInspection) -> [Finding]
    func finish() -> [Finding]
}

private final class RuleRun<Rule: FeatureRule>: FeatureRuleRun {
    /// A part that one thread changes while others change theirs.
    private final class Box {
        var part: Rule.Part
        init(_ part: Rule.Part) { self.part = part }
    }

    private let rule: Rule
    private var parts: [Box] = []

    init(_ rule: Rule) { self.rule = rule }

    func begin(_ feature: FeatureInspection, workers: Int) {
        rule.begin(feature)
        parts = (0..<workers).map { _ in Box(rule.part(of: feature)) }
    }

    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, worker: Int) {
        rule.visit(rows, values, &parts[worker].part)
    }

    func end(_ feature: FeatureInspection) -> [Finding] {
        defer { parts = [] }
        return rule.end(feature, parts.map(\.part)).listed(in: Rule.codes)
    }

    func finish() -> [Finding] { rule.finish().listed(in: Rule.codes) }
}
