/// One check, or a small family that belongs together. What it finds is stated beside it, as values of ``FindingCode``; a
/// new rule is named in the lists of ``StoreValidator``.
protocol Rule: Sendable {
    /// Every code the rule can find; it is left out where none of them is wanted.
    static var codes: [FindingCode] { get }
    /// Whether the rule reads data that `--quick` does not.
    var readsData: Bool { get }
    /// Everything the rule finds. What it throws becomes a finding of its own: unreadable bytes.
    func findings(in store: StoreInspection) throws -> [Finding]
}

extension Rule {
    var readsData: Bool { false }
}

/// A check of feature rows. One instance lives through one validation. It sees each feature's rows once, in pieces: several
/// threads share them, each with a part of the rule's findings of its own, and the parts are put together at the end.
protocol FeatureRule: AnyObject {
    /// What is found in some of a feature's rows.
    associatedtype Part
    /// Every code the rule can find; it is left out where none of them is wanted.
    static var codes: [FindingCode] { get }
    init(_ store: StoreInspection)
    /// A feature begins: everything that ``visit(_:_:_:)`` needs to know of it is read now.
    func begin(_ feature: FeatureInspection)
    /// A part without rows.
    func part(of feature: FeatureInspection) -> Part
    /// Rows arrive; `values` holds `rows.count` × width of them. Each row is seen by one part, in rising order within it.
    /// Called by several threads at once, so that nothing but the part may change.
    func visit(_ rows: Range<Int>, _ values: UnsafeBufferPointer<Float>, _ part: inout Part)
    /// The feature's rows have all been seen.
    func end(_ feature: FeatureInspection, _ parts: [Part]) -> [Finding]
    /// All features have been seen.
    func finish() -> [Finding]
}

extension FeatureRule {
    func begin(_ feature: FeatureInspection) {}
    func finish() -> [Finding] { [] }
}

extension [Finding] {
    /// The findings of a rule, held against its list: a code that is missing there cannot be selected alone.
    func listed(in codes: [FindingCode]) -> [Finding] {
        for finding in self {
            assert(
                codes.contains(finding.code),
                "a rule finds \(finding.code.rawValue), but lists \(codes.map(\.rawValue))")
        }
        return self
    }
}
