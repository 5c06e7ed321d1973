/// One check, or a small family that belongs together. A new check is one file with one rule, entered in ``StoreValidator``.
protocol Rule: Sendable {
    /// The codes the rule can find; it is left out where none of them is wanted.
    var codes: [FindingCode] { get }
    /// Whether the rule reads data that `--quick` does not.
    var readsData: Bool { get }
    /// Everything the rule finds. What it throws becomes a finding of its own: unreadable bytes.
    func findings(in store: StoreInspection) throws -> [Finding]
}

extension Rule {
    var readsData: Bool { false }
}

/// A check of feature rows. One instance lives through one validation; it sees each feature's rows once, block by block.
protocol FeatureRule: AnyObject {
    /// The codes the rule can find; it is left out where none of them is wanted.
    static var codes: [FindingCode] { get }
    init(_ store: StoreInspection)
    /// A feature begins.
    func begin(_ feature: FeatureInspection)
    /// Rows arrive in order; `values` holds `rows.count` × width of them.
    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>)
    /// The feature's rows have all been seen.
    func end(_ feature: FeatureInspection) -> [Finding]
    /// All features have been seen.
    func finish() -> [Finding]
}

extension FeatureRule {
    func finish() -> [Finding] { [] }
}
